/** Reshapes, which layers models and graph models share. */
import type { GraphBuilder } from "../../ir/builder.js";
import { elementCount } from "../../ir/tensor.js";

/** A tensor in another shape, whose dimension of -1 takes the rest. Throws FormatError if the elements do not fit. */
export function reshaped(net: GraphBuilder, name: string, x: number, sizes: readonly number[]): number {
  const known = elementCount(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? elementCount(net.shape(x)) / known : size));
  return net.add(name, { type: "reshape", shape }, x);
}
