/** The operators that few networks have, by their type; index.ts says who loads this table. */
import { concatenation } from "./concatenation.js";
import { detection } from "./detection.js";
import { leakyrelu } from "./leakyrelu.js";
import { logistic } from "./logistic.js";
import { maxpool } from "./maxpool.js";
import { slice } from "./slice.js";
import { transpose } from "./transpose.js";

export const RARE = {
  concatenation,
  detection,
  leakyrelu,
  logistic,
  maxpool,
  slice,
  transpose,
};
