/** The memory image: what a program has in linear memory before its first run. */
import type { Packed, Packing } from "./group.js";
import type { Plan } from "./plan.js";
import { writeStep } from "./step.js";

/** Bytes, and a way to give back the memory of all but the first of them. */
export interface Constants {
  readonly bytes: Uint8Array;
  readonly keepFirst?: ((length: number) => void) | undefined;
}

/**
 * Writes the parameters of all kernels and the packed weights, those that lie last in the file first, so that the file
 * can shrink.
 *
 * @param file the file that the graph's constants are views of.
 */
export function writeImage({ stages }: Plan, memory: Packing, file: Constants | undefined): void {
  const calls = stages.flatMap((stage) => stage.calls);
  for (const { step, fields } of calls) writeStep(memory.buffer, step, fields);
  const addresses = new Map(
    calls.flatMap(({ weights, weightsAddress }) => (weights ? [[weights, weightsAddress] as const] : [])),
  );
  const endOf = ({ from }: Packed) =>
    from && from.buffer === file?.bytes.buffer ? from.byteOffset + from.byteLength : 0;
  const order = [...addresses].toSorted(([a], [b]) => endOf(b) - endOf(a));
  for (const [index, [weights, address]] of order.entries()) {
    weights.write(memory, address);
    const next = order[index + 1];
    file?.keepFirst?.(next ? endOf(next[0]) : 0);
  }
}
