/** Layers that merge several tensors. */
import { FormatError, UnsupportedError } from "../../../errors.js";
import { rare } from "../../../ir/rare.js";
import { formatShape } from "../../../ir/tensor.js";
import { asWhole } from "../../json.js";
import type { Layer, Reader } from "./layer.js";
import { fromFirst } from "../../axis.js";

export const MERGING_READERS: Readonly<Record<string, Reader>> = {
  Add: sum,
  Average: (layer) => {
    const { name, net, constants, inputs } = layer;
    const total = sum(layer);
    const channels = net.shape(total).at(-1) ?? 1;
    const [zero, one] = [constants.filled(channels, 0), constants.filled(channels, 1)];
    const scale = constants.filled(channels, 1 / inputs.length);
    return net.add(name, { type: "batchnorm", epsilon: 0 }, total, scale, zero, zero, one);
  },
  Concatenate: ({ name, config, net, inputs }) => {
    const rank = net.shape(inputs[0]!).length;
    const axis = asWhole(config.axis ?? -1, "axis", -rank);
    if (inputs.length < 2) throw new FormatError(`expected at least two inputs, got ${inputs.length}`);
    return net.add(name, rare({ type: "concatenation", axis: fromFirst(axis, rank) }), ...inputs);
  },
};

/** Adds all inputs, one after another. */
function sum({ name, net, inputs }: Layer): number {
  const shapes = inputs.map((input) => formatShape(net.shape(input)));
  if (inputs.length < 2) throw new FormatError(`expected at least two inputs, got ${inputs.length}`);
  if (new Set(shapes).size > 1) throw new UnsupportedError(`inputs expected one shape, got ${shapes.join(", ")}`);
  return inputs.reduce((x, y) => net.add(name, { type: "add", activation: "none" }, x, y));
}
