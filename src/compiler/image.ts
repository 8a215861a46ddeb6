/** The memory image of a planned program: the bytes that lie in linear memory before the first run. */
import type { Packed, Packing } from "./call.js";
import type { Plan } from "./plan.js";

/** A file, and a way to give back the memory of all but its first bytes. */
export interface ShrinkingFile {
  readonly bytes: Uint8Array;
  readonly keepFirst?: ((length: number) => void) | undefined;
}

/**
 * Writes parameters and packed constants to linear memory; zeros are there already. Constants that lie last in the file
 * are packed first, so that the file can shrink meanwhile.
 *
 * @param file the file that the constants are views of, if it may shrink.
 */
export function writeImage(plan: Plan, packing: Omit<Packing, "scratch">, file?: ShrinkingFile): void {
  new Uint8Array(packing.buffer, plan.params.address).set(plan.params.bytes);
  const memory = { ...packing, scratch: plan.tiles[0]! };
  const endOf = ({ from }: Packed) =>
    from && from.buffer === file?.bytes.buffer ? from.byteOffset + from.byteLength : 0;
  const order = plan.constants.toSorted((a, b) => endOf(b.packed) - endOf(a.packed));
  for (const [index, { packed, address }] of order.entries()) {
    packed.write(memory, address);
    const next = order[index + 1];
    file?.keepFirst?.(next ? endOf(next.packed) : 0);
  }
}
