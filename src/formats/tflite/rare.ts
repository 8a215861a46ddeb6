/** TensorFlow Lite's operators that few image classifiers have, loaded with the first file that has one. */
import { FormatError } from "../../errors.js";
import { rare } from "../../ir/rare.js";
import { BINARY_READERS } from "./binary.js";
import { readDetection } from "./detection.js";
import { RARE_PLAIN } from "./rareplain.js";
import { readMean, readPad } from "./images.js";
import {
  readConcatenation,
  readGather,
  readMirrorPad,
  readPack,
  readPadAny,
  readSlice,
  readSplit,
  readSplitV,
  readStridedSlice,
  readTile,
  readTranspose,
  readUnpack,
} from "./rearranging.js";
import * as schema from "./schema.js";
import { expectOptions, unary, type RareReaders, type Readers, type Source } from "./source.js";
import { readReshape } from "./reshape.js";
import {
  readBatchToSpace,
  readDepthToSpace,
  readL2Normalization,
  readReduce,
  readResizeBilinear,
  readResizeNearest,
  readSpaceToBatch,
  readSpaceToDepth,
  readTransposeConv,
  readTransposeConvBias,
} from "./spatial.js";
import { readPool } from "./window.js";

export const RARE: RareReaders = rare<Readers>({
  ...Object.fromEntries(
    Object.entries(RARE_PLAIN).map(([name, { attributes }]) => [
      name,
      (source: Source) => ({ ...attributes, ...unary(source) }),
    ]),
  ),
  ...BINARY_READERS,
  CONCATENATION: readConcatenation,
  BATCH_TO_SPACE_ND: readBatchToSpace,
  [`CUSTOM ${schema.DETECTION}`]: readDetection,
  [`CUSTOM ${schema.TRANSPOSE_CONV_BIAS}`]: readTransposeConvBias,
  DEPTH_TO_SPACE: readDepthToSpace,
  EXPAND_DIMS: readReshape,
  GATHER: readGather,
  L2_NORMALIZATION: readL2Normalization,
  LEAKY_RELU: (source) => ({ type: "leakyrelu", slope: readSlope(source), ...unary(source) }),
  MAX_POOL_2D: (source) => ({ type: "maxpool", ...readPool(source) }),
  MEAN: (source) => readMean(source) ?? readReduce("mean")(source),
  MIRROR_PAD: readMirrorPad,
  PACK: readPack,
  PAD: (source) => readPad(source) ?? readPadAny(source),
  PADV2: readPadAny,
  REDUCE_MAX: readReduce("max"),
  REDUCE_MIN: readReduce("min"),
  RESIZE_BILINEAR: readResizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: readResizeNearest,
  SLICE: readSlice,
  SPACE_TO_BATCH_ND: readSpaceToBatch,
  SPACE_TO_DEPTH: readSpaceToDepth,
  SPLIT: readSplit,
  SPLIT_V: readSplitV,
  STRIDED_SLICE: readStridedSlice,
  SUM: readReduce("sum"),
  TILE: readTile,
  TRANSPOSE: readTranspose,
  TRANSPOSE_CONV: readTransposeConv,
  UNPACK: readUnpack,
});

function readSlope(source: Source): number {
  const slope = expectOptions(source).float32(schema.LeakyReluOptions.alpha);
  if (!Number.isFinite(slope)) throw new FormatError(`alpha expected a finite number, got ${slope}`);
  return slope;
}
