/** The matrix product: pointwise convolutions, gathered convolutions and fully connected layers. */
import type { OpOf } from "../../ir/ops/index.js";
import { elementCount, featureMap } from "../../ir/tensor.js";
import { call, type Call, type TileView, type View } from "../call.js";
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
  const taps = elementCount(weights.shape.slice(1, -1));
  const common = { output: site.outputRows(), weightOffset: 0, ...bounds(op.activation, y), round: ROUND };
  if (elementType === "f32") {
    const packed = packPointwise(floatMatrix(weights, bias, to.channels), to.channels, taps, channels);
    return [call("f32_pointwise", { ...common, input, weights: packed }, { blocks })];
  }
  const matrix = integerMatrix(site, to.channels);
  if (!site.target.multipliesBytes) {
    const packed = packIntegerPointwise(matrix, to.channels, taps, channels);
    return [call("q8_pointwise", { ...common, input, weights: packed }, { blocks })];
  }
  const { zeroPoint } = input.fields;
  const weightOffset = weightOffsetOf(matrix);
  const inBlocks = taps * blocksOf(channels);
  // Bytes, and behind them a sum of 32 bits for each pixel.
  const tileBytes = (rows: number) => (inBlocks * 8 + 4) * rows * to.width + 16;
  const bytes: TileView = { of: "tile", fields: { ...input.fields, pixelBytes: 8 } };
  const packed = packBytePointwise(matrix, zeroPoint, to.channels, taps, channels);
  return [
    call("q8_narrow", { input, weightOffset }, { blocks: inBlocks, tileBytes }),
    call("q8_pointwiseDot", { ...common, input: bytes, weights: packed, weightOffset }, { blocks }),
  ];
}
