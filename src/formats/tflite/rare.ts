/** TensorFlow Lite's operators that few image classifiers have, loaded with the first file that has one. */
import { FormatError } from "../../errors.js";
import { rare } from "../../ir/rare.js";
import { readDetection } from "./detection.js";
import { RARE_PLAIN } from "./rareplain.js";
import { readConcatenation, readSlice, readStridedSlice, readTranspose } from "./rearranging.js";
import * as schema from "./schema.js";
import { expectOptions, unary, type RareReaders, type Readers, type Source } from "./source.js";
import { readPool } from "./window.js";

export const RARE: RareReaders = rare<Readers>({
  ...Object.fromEntries(
    Object.entries(RARE_PLAIN).map(([name, attributes]) => [
      name,
      (source: Source) => ({ ...attributes, ...unary(source) }),
    ]),
  ),
  CONCATENATION: readConcatenation,
  [`CUSTOM ${schema.DETECTION}`]: readDetection,
  LEAKY_RELU: (source) => ({ type: "leakyrelu", slope: readSlope(source), ...unary(source) }),
  MAX_POOL_2D: (source) => ({ type: "maxpool", ...readPool(source) }),
  SLICE: readSlice,
  STRIDED_SLICE: readStridedSlice,
  TRANSPOSE: readTranspose,
});

function readSlope(source: Source): number {
  const slope = expectOptions(source).float32(schema.LeakyReluOptions.alpha);
  if (!Number.isFinite(slope)) throw new FormatError(`alpha expected a finite number, got ${slope}`);
  return slope;
}
