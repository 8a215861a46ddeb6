/** The memory image of a planned program: the bytes that lie in linear memory before the first run. */
import type { Contents } from "../io/source.js";
import type { Packed, Packing } from "./call.js";
import type { Plan } from "./plan.js";

/**
 * Writes parameters and packed constants to linear memory; zeros are there already. Constants that lie last in the file
 * are packed first, so that the file can shrink meanwhile.
 *
 * @param file the file that the constants are views of, if it may shrink.
 */
export function writeImage(plan: Plan, packing: Omit<Packing, "scratch">, file?: Contents): void {
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
