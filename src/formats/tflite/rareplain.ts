/** The rare ones of the operators with one input and no options: reader and writer both take them from this table. */
import type { RareAttributes } from "../../ir/ops/index.js";
import type { Plain } from "./plain.js";

export const RARE_PLAIN = {
  HARD_SWISH: { attributes: { type: "hardswish" }, version: 1 },
  LOGISTIC: { attributes: { type: "logistic" }, version: 2 },
} as const satisfies Readonly<Record<string, Plain<RareAttributes>>>;
