/** Operators with one input and no options: reader and writer both take them from this table. */
import type { OpAttributes } from "../../ir/ops/index.js";

/** The attributes that a name stands for. */
export const PLAIN = {
  LOGISTIC: { type: "logistic" },
  RELU: { type: "activation", activation: "relu" },
  RELU6: { type: "activation", activation: "relu6" },
} as const satisfies Readonly<Record<string, OpAttributes>>;

/** The types of these operators. */
export type PlainType = (typeof PLAIN)[keyof typeof PLAIN]["type"];
