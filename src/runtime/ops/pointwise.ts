/** The matrix product: pointwise convolutions, gathered convolutions and fully connected layers. */
import type { OpOf } from "../../graph/ops.js";
import { elementCount, featureMap, type Tensor } from "../../graph/tensor.js";
import { blocksOf, bounds, geometry } from "../layout.js";
import { packIntegerPointwise, packPointwise } from "../pack.js";
import type { Call, Operand } from "../stage.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import { expectFamily } from "./checks.js";

/**
 * One call of the pointwise kernel. Weights are [N, taps…, C]: the product runs over the taps and the channels,
 * which is what the input holds for each pixel.
 */
export function pointwise(
  op: OpOf<"convolution" | "fullyconnected">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call {
  const [x, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x!, y);
  const to = featureMap(y.shape);
  const channels = weights!.shape.at(-1)!;
  const taps = elementCount(weights!.shape.slice(1, -1));
  return {
    kernel: `${family}_pointwise`,
    input,
    output,
    blocks: blocksOf(to.channels),
    weights:
      family === "f32"
        ? packPointwise(floatMatrix(weights!, bias, to.channels), to.channels, taps, channels)
        : packIntegerPointwise(integerMatrix(x!, weights!, bias, y, to.channels), to.channels, taps, channels),
    record: {
      ...geometry(to, to, family),
      inBlocks: taps * blocksOf(channels),
      ...bounds(op.activation, y),
    },
  };
}
