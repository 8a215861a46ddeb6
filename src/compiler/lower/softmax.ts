/** Softmax over the channels. */
import type { OpOf } from "../../ir/ops.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, bounds, geometry } from "../layout.js";
import type { Call, Operand, Packed } from "../group.js";
import { expectFamily } from "./checks.js";

export function lowerSoftmax(op: OpOf<"softmax">, tensors: readonly Tensor[], input: Operand, output: Operand): Call[] {
  const x = tensors[op.inputs[0]!]!;
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x, y);
  const map = featureMap(x.shape);
  return [
    {
      kernel: `${family}_softmax`,
      input,
      output,
      blocks: 1, // the kernel takes all blocks of a row at once
      weights: family === "int8" ? exponentials(affineOf(x).scale * op.beta) : undefined,
      record: {
        ...geometry(map, map, family),
        ...bounds("none", y),
        scale: family === "f32" ? op.beta : affineOf(y).scale,
      },
    },
  ];
}

/** exp(-factor · d) for the distances d = 0…255 from the largest input, in float32. */
function exponentials(factor: number): Packed {
  return {
    bytes: 1024,
    write({ buffer }, address) {
      const table = new Float32Array(buffer, address, 256);
      for (let distance = 0; distance < 256; ++distance) table[distance] = Math.exp(Math.fround(-factor * distance));
    },
  };
}
