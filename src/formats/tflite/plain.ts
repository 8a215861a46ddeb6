/** Operators with one input and no options: reader and writer both take them from this table, and from rareplain.ts. */
import type { CommonAttributes } from "../../ir/ops/index.js";

/** The attributes that a name stands for. */
export const PLAIN = {
  RELU: { type: "activation", activation: "relu" },
  RELU6: { type: "activation", activation: "relu6" },
} as const satisfies Readonly<Record<string, CommonAttributes>>;
