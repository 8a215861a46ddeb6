/** The rare ones of the operators with one input and no options: reader and writer both take them from this table. */
import type { RareAttributes } from "../../ir/ops/index.js";

/** The attributes that a name stands for. */
export const RARE_PLAIN = {
  LOGISTIC: { type: "logistic" },
} as const satisfies Readonly<Record<string, RareAttributes>>;
