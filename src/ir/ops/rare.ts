/** The operators that few networks have, by their type; index.ts says who loads this table. */
import { BINARY } from "./binary.js";
import { concatenation } from "./concatenation.js";
import { depthtospace } from "./depthtospace.js";
import { detection } from "./detection.js";
import { gather } from "./gather.js";
import { l2normalization } from "./l2normalization.js";
import { ELEMENTWISE } from "./elementwise.js";
import { leakyrelu } from "./leakyrelu.js";
import { maxpool } from "./maxpool.js";
import { padany } from "./padany.js";
import { reduce } from "./reduce.js";
import { resize } from "./resize.js";
import { slice } from "./slice.js";
import { batchtospace, spacetobatch } from "./spacetobatch.js";
import { spacetodepth } from "./spacetodepth.js";
import { tile } from "./tile.js";
import { transpose } from "./transpose.js";
import { transposedconvolution } from "./transposedconvolution.js";

export const RARE = {
  ...BINARY,
  batchtospace,
  ...ELEMENTWISE,
  concatenation,
  depthtospace,
  detection,
  gather,
  l2normalization,
  leakyrelu,
  maxpool,
  padany,
  reduce,
  resize,
  slice,
  spacetobatch,
  spacetodepth,
  tile,
  transpose,
  transposedconvolution,
};
