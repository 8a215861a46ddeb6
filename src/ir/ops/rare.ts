/** The operators that few networks have, by their type; index.ts says who loads this table. */
import { argmax } from "./argmax.js";
import { cast } from "./cast.js";
import { compare } from "./compare.js";
import { concatenation } from "./concatenation.js";
import { detection } from "./detection.js";
import { fill } from "./fill.js";
import { floordiv, floormod } from "./floor.js";
import { gathernd } from "./gathernd.js";
import { leakyrelu } from "./leakyrelu.js";
import { logical } from "./logical.js";
import { logistic } from "./logistic.js";
import { maxpool } from "./maxpool.js";
import { select } from "./select.js";
import { slice } from "./slice.js";
import { suppression } from "./suppression.js";
import { take } from "./take.js";
import { topk } from "./topk.js";
import { transpose } from "./transpose.js";

export const RARE = {
  argmax,
  cast,
  compare,
  concatenation,
  detection,
  fill,
  floordiv,
  floormod,
  gathernd,
  leakyrelu,
  logical,
  logistic,
  maxpool,
  select,
  slice,
  suppression,
  take,
  topk,
  transpose,
};
