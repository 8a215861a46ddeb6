/** The operators on the host: the tails of detectors and pose nets, and arithmetic on shapes. */
import { argmax } from "./argmax.js";
import { cast } from "./cast.js";
import { compare } from "./compare.js";
import { fill } from "./fill.js";
import { floordiv, floormod } from "./floor.js";
import { gathernd } from "./gathernd.js";
import { logical } from "./logical.js";
import { select } from "./select.js";
import { suppression } from "./suppression.js";
import { take } from "./take.js";
import { topk } from "./topk.js";

export const TAILS = {
  argmax,
  cast,
  compare,
  fill,
  floordiv,
  floormod,
  gathernd,
  logical,
  select,
  suppression,
  take,
  topk,
};
