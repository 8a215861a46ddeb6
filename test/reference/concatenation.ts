import type { OpOf } from "../../src/ir/ops/index.js";
import { elementCount, type Tensor } from "../../src/ir/tensor.js";
import { clampInteger, exact, quantizationOf } from "./arithmetic.js";
import type { Expected } from "./expected.js";

/** The inputs one after another along the axis; integers of another quantisation rescaled as TensorFlow Lite does. */
export function concatenation(
  op: OpOf<"concatenation">,
  tensors: readonly Tensor[],
  ...inputs: readonly ArrayLike<number>[]
): Expected {
  const output = tensors[op.outputs[0]!]!;
  const outer = elementCount(output.shape.slice(0, op.axis));
  const values: number[] = [];
  for (let k = 0; k < outer; ++k) {
    for (const [i, index] of op.inputs.entries()) {
      const run = elementCount(tensors[index]!.shape) / outer;
      const rescale = rescaling(tensors[index]!, output);
      for (let j = 0; j < run; ++j) values.push(rescale(inputs[i]![k * run + j]!));
    }
  }
  return exact(values);
}

/** In float32: value · s + b with s = input scale · (1 / output scale), b = -zero point · s, a half away from zero. */
function rescaling(input: Tensor, output: Tensor): (value: number) => number {
  const [from, to] = [quantizationOf(input), quantizationOf(output)];
  if (!from || !to || (from.scale === to.scale && from.zeroPoint === to.zeroPoint)) return (value) => value;
  const scale = Math.fround(Math.fround(from.scale) * Math.fround(1 / Math.fround(to.scale)));
  const bias = Math.fround(-from.zeroPoint * scale);
  return (value) => {
    const real = Math.fround(Math.fround(value * scale) + bias);
    const rounded = real < 0 ? -Math.floor(0.5 - real) : Math.floor(real + 0.5);
    return clampInteger(rounded + to.zeroPoint, "none", to);
  };
}
