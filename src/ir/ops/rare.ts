/** The operators that few networks have, by their type; index.ts says who loads this table. */
import { BINARY } from "./binary.js";
import { concatenation } from "./concatenation.js";
import { detection } from "./detection.js";
import { ELEMENTWISE } from "./elementwise.js";
import { leakyrelu } from "./leakyrelu.js";
import { maxpool } from "./maxpool.js";
import { slice } from "./slice.js";
import { transpose } from "./transpose.js";

export const RARE = {
  ...BINARY,
  ...ELEMENTWISE,
  concatenation,
  detection,
  leakyrelu,
  maxpool,
  slice,
  transpose,
};
