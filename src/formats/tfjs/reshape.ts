/** Reshapes, which layers and graph models have alike. */
import { FormatError } from "../../errors.js";
import type { GraphBuilder } from "../../ir/builder.js";
import { elementCount, formatShape } from "../../ir/tensor.js";

/** A tensor in another shape, in which -1 stands for what is left. Throws FormatError if the elements do not fit. */
export function reshaped(net: GraphBuilder, name: string, x: number, sizes: readonly number[]): number {
  const count = elementCount(net.shape(x));
  const known = elementCount(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? count / known : size));
  if (elementCount(shape) !== count) {
    throw new FormatError(`cannot make ${formatShape(shape)} of ${formatShape(net.shape(x))}`);
  }
  return net.add(name, { type: "reshape", shape }, x);
}
