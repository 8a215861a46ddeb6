/** CONCATENATION: a copy of each input to its place, with the quantisation of the output. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops.js";
import { featureMap, sidesOf, type Tensor } from "../../ir/tensor.js";
import { affineOf, geometry, lowestOf } from "../layout.js";
import type { Call, Operand, Packed } from "../group.js";
import { expectFamily } from "./checks.js";
import { tableOf } from "./lookup.js";

const OFFSETS = { height: "padTop", width: "padLeft", channels: "firstChannel" } as const;

export function lowerConcatenation(
  op: OpOf<"concatenation">,
  tensors: readonly Tensor[],
  inputs: readonly Operand[],
  output: Operand,
): Call[] {
  const y = tensors[op.outputs[0]!]!;
  const to = featureMap(y.shape);
  const side = sidesOf(y.shape)[op.axis]!;
  if (side === "images") throw new UnsupportedError("axis expected not to be that of the images");
  if (inputs.length !== op.inputs.length) throw new UnsupportedError("inputs expected computed, got a constant");
  let offset = 0;
  return inputs.map((input, i): Call => {
    const x = tensors[op.inputs[i]!]!;
    const family = expectFamily(x, y);
    const from = featureMap(x.shape);
    const place = { [OFFSETS[side]]: offset };
    offset += from[side];
    return {
      kernel: "concatenation",
      input,
      output,
      blocks: 1, // the kernel takes all blocks of a row at once
      weights: family === "int8" ? rescaling(x, y) : undefined,
      record: {
        ...geometry(from, to, family),
        ...place,
        ...(family === "int8" && { zeroPoint: affineOf(x).zeroPoint - lowestOf(x) }),
      },
    };
  });
}

/**
 * What changes the quantisation: as TensorFlow Lite computes it, in float32 and with a half away from zero. undefined if
 * nothing changes.
 */
function rescaling(x: Tensor, y: Tensor): Packed | undefined {
  const [from, to] = [affineOf(x), affineOf(y)];
  if (from.scale === to.scale && from.zeroPoint === to.zeroPoint && x.dtype === y.dtype) return undefined;
  const factor = Math.fround(Math.fround(from.scale) * Math.fround(1 / Math.fround(to.scale)));
  const bias = Math.fround(-from.zeroPoint * factor);
  return tableOf(x, y, (value) => {
    const real = Math.fround(Math.fround((value + from.zeroPoint) * factor) + bias);
    return Math.sign(real) * Math.round(Math.abs(real));
  });
}
