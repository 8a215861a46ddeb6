/** Sums of two tensors. */
import { FormatError } from "../../errors.js";
import { elementCount, formatShape, type Shape, type Tensor } from "../tensor.js";
import { fuseActivation, type Activation, type OpModule } from "./module.js";
import { areFloatConstants, channelScale } from "./operands.js";

/** x + y. Inputs: x and y of one shape; or x and a constant y with one value, or with one for each channel. */
export interface Add {
  readonly type: "add";
  readonly activation: Activation;
}

export const add: OpModule<Add> = {
  shapes(_, [x, y]) {
    expectAddend(x!.shape, y!);
    return [x!.shape];
  },
  absorbActivation: fuseActivation,
  channelScale(op, [x, y]) {
    const channels = x!.shape.at(-1) ?? 1;
    const count = elementCount(y!.shape);
    if (op.activation !== "none" || !areFloatConstants([y!]) || ![1, channels].includes(count)) return undefined;
    return channelScale(
      channels,
      () => 1,
      (c) => y!.data![count === 1 ? 0 : c]!,
    );
  },
};

function expectAddend(x: Shape, { shape, data }: Tensor): void {
  const same = shape.length === x.length && shape.every((size, i) => size === x[i]);
  const vector = elementCount(shape) === (shape.at(-1) ?? 1) && [1, x.at(-1)].includes(shape.at(-1) ?? 1);
  if (!same && !(data && vector)) {
    throw new FormatError(`second input expected ${formatShape(x)} or constants, got ${formatShape(shape)}`);
  }
}
