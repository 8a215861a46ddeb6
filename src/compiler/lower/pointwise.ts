/** The matrix product: pointwise convolutions, gathered convolutions and fully connected layers. */
import type { OpOf } from "../../ir/ops.js";
import { elementCount, featureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, bounds, byteEncoding, geometry } from "../layout.js";
import {
  packBytePointwise,
  packEitherPointwise,
  packIntegerPointwise,
  packPointwise,
  weightOffsetOf,
} from "../pack.js";
import type { Call, Operand, Target } from "../group.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import { expectFamily } from "./checks.js";

/**
 * The calls of a matrix product. Weights are [N, taps…, C]: the product runs over the taps and the channels, which is
 * what the input holds for each pixel.
 */
export function pointwise(
  op: OpOf<"convolution" | "fullyconnected">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
  target: Target,
): Call[] {
  const [x, weights, bias] = op.inputs.map((index) => tensors[index]!);
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x!, y);
  const to = featureMap(y.shape);
  const channels = weights!.shape.at(-1)!;
  const taps = elementCount(weights!.shape.slice(1, -1));
  const inBlocks = taps * blocksOf(channels);
  const record = { ...geometry(to, to, family), inBlocks, ...bounds(op.activation, y) };
  const product = { output, blocks: blocksOf(to.channels), record };
  if (family === "f32") {
    const packed = packPointwise(floatMatrix(weights!, bias, to.channels), to.channels, taps, channels);
    return [{ ...product, kernel: "f32_pointwise", input, weights: packed }];
  }
  const matrix = integerMatrix(x!, weights!, bias, y, to.channels);
  if (target.multipliesBytes === false) {
    const packed = packIntegerPointwise(matrix, to.channels, taps, channels);
    return [{ ...product, kernel: "int8_pointwise", input, weights: packed }];
  }
  const { zeroPoint } = byteEncoding(x!);
  const weightOffset = weightOffsetOf(matrix);
  const narrow: Call = {
    kernel: "int8_narrow",
    input,
    output: "panel",
    blocks: inBlocks,
    record: { ...record, zeroPoint: zeroPoint!, weightOffset },
    panelBytes: (rows) => (inBlocks * 8 + 4) * rows * to.width + 16,
  };
  const dot = { ...product, kernel: "int8_pointwiseDot", input: "panel", record: { ...record, weightOffset } } as const;
  if (target.multipliesBytes) {
    return [narrow, { ...dot, weights: packBytePointwise(matrix, zeroPoint!, to.channels, taps, channels) }];
  }
  const either = packEitherPointwise(matrix, zeroPoint!, to.channels, taps, channels);
  return [
    { ...narrow, products: "bytes" },
    { ...dot, products: "bytes", weights: either, weightsOffset: either.bytesOffset },
    { ...product, products: "pairs", kernel: "int8_pointwise", input, weights: either },
  ];
}
