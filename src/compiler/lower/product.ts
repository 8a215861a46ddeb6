/** The matrix product: pointwise convolutions, gathered convolutions and fully connected layers. */
import type { OpOf } from "../../ir/ops/index.js";
import { elementCount, featureMap } from "../../ir/tensor.js";
import { call, type Call, type Packed, type PackedPart, type Products, type TileView, type View } from "../call.js";
import { blocksOf, bounds, ROUND } from "../layout.js";
import { packBytePointwise, packIntegerPointwise, packPointwise, weightOffsetOf } from "../pack.js";
import { floatMatrix, integerMatrix } from "../weights.js";
import type { Site } from "./site.js";

/**
 * Returns the calls of a matrix product. Weights are [N, taps…, C]: the product runs over the taps and the channels, which
 * is what the input holds for each pixel.
 */
export function product(site: Site<OpOf<"convolution" | "fullyconnected">>, input: View | TileView): Call[] {
  const { op, y, elementType } = site;
  const [weights, bias] = [site.operand(1)!, site.operand(2)];
  const to = featureMap(y.shape);
  const blocks = blocksOf(to.channels);
  const channels = weights.shape.at(-1)!;
  const size = { outputs: to.channels, taps: elementCount(weights.shape.slice(1, -1)), channels };
  const common = { output: site.outputRows(), weightOffset: 0, ...bounds(op.activation, y), round: ROUND };
  if (elementType === "f32") {
    const packed = packPointwise(floatMatrix(weights, bias, to.channels), size);
    return [call("f32_pointwise", { ...common, input, weights: packed }, { blocks })];
  }
  const matrix = integerMatrix(site, to.channels);
  const { multipliesBytes, compact } = site.target;
  const pairs = (packed: Packed, products?: Products) =>
    call("q8_pointwise", { ...common, input, weights: packed }, { blocks, products });
  if (!multipliesBytes && !compact) return [pairs(packIntegerPointwise(matrix, size))];
  const { zeroPoint } = input.fields;
  const weightOffset = weightOffsetOf(matrix);
  const inBlocks = size.taps * blocksOf(channels);
  // Bytes, and behind them a sum of 32 bits for each pixel.
  const tileBytes = (rows: number) => (inBlocks * 8 + 4) * rows * to.width + 16;
  const bytes: TileView = { of: "tile", fields: { ...input.fields, pixelBytes: 8 } };
  const dot = (packed: Packed | PackedPart, products?: Products) => [
    call("q8_narrow", { input, weightOffset }, { blocks: inBlocks, tileBytes, products }),
    call("q8_pointwiseDot", { ...common, input: bytes, weights: packed, weightOffset }, { blocks, products }),
  ];
  if (!compact) return dot(packBytePointwise(matrix, zeroPoint, size));
  const either = compact.product(matrix, zeroPoint, size);
  const calls = multipliesBytes ? dot(either.bytes, "bytes") : [];
  return [...calls, pairs(either.pairs, "pairs")];
}
