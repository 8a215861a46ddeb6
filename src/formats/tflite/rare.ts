/** TensorFlow Lite's operators that few image classifiers have, loaded with the first file that has one. */
import { readDetection } from "./detection.js";
import { readConcatenation, readSlice, readStridedSlice, readTranspose } from "./rearranging.js";
import { DETECTION } from "./schema.js";
import type { Readers } from "./source.js";

export const RARE: Readers = {
  CONCATENATION: readConcatenation,
  [`CUSTOM ${DETECTION}`]: readDetection,
  SLICE: readSlice,
  STRIDED_SLICE: readStridedSlice,
  TRANSPOSE: readTranspose,
};
