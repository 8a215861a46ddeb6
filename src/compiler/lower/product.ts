/** The matrix product: pointwise convolutions, gathered convolutions and fully connected layers. */
import type { OpOf } from "../../ir/ops/index.js";
import { elementCount, featureMap } from "../../ir/tensor.js";
import { call, type Call, type Products, type TileView, type View } from "../call.js";
import { blocksOf, bounds, ROUND } from "../layout.js";
import {
  hasLowestNeighbours,
  packBytePointwise,
  packIntegerPointwise,
  packPointwise,
  weightOffsetOf,
} from "../pack.js";
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
  const { byteProducts = "pairs", compact } = site.target;
  const { zeroPoint } = input.fields;
  const ways = compact?.products ?? [byteProducts];
  const asBytes = ways.filter((way) => way !== "pairs" && !(way === "signed" && hasLowestNeighbours(matrix, channels)));
  const asPairs = ways.filter((way) => !asBytes.includes(way));
  const packed = compact?.product(matrix, zeroPoint, size) ?? {
    bytes: packBytePointwise(matrix, zeroPoint - flipOf(byteProducts), size),
    pairs: packIntegerPointwise(matrix, size),
  };
  const inBlocks = size.taps * blocksOf(channels);
  // Bytes, and behind them a sum of 32 bits for each pixel.
  const tileBytes = (rows: number) => (inBlocks * 8 + 4) * rows * to.width + 16;
  const weightOffset = weightOffsetOf(matrix);
  const calls = asBytes.map((way) =>
    call("q8_narrow", { input, flip: flipOf(way), weightOffset }, { blocks: inBlocks, tileBytes, products: [way] }),
  );
  if (asBytes.length) {
    const bytes: TileView = { of: "tile", fields: { ...input.fields, pixelBytes: 8 } };
    const params = { ...common, input: bytes, weights: packed.bytes, weightOffset };
    calls.push(call("q8_pointwiseDot", params, { blocks, products: asBytes }));
  }
  if (asPairs.length) {
    calls.push(call("q8_pointwise", { ...common, input, weights: packed.pairs }, { blocks, products: asPairs }));
  }
  return calls;
}

/** By XOR with it, an unsigned byte becomes one of these, which is as much less. */
function flipOf(products: Products): number {
  return products === "signed" ? 0x80 : 0;
}
