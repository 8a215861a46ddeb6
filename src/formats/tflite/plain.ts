/** Operators with one input and no options: reader and writer both take them from this table, and from rareplain.ts. */
import type { CommonAttributes } from "../../ir/ops/index.js";

/** The attributes that a name stands for, and its version in 8-bit models; in float32 the version is 1. */
export interface Plain<A> {
  readonly attributes: A;
  readonly version: number;
}

export const PLAIN = {
  RELU: { attributes: { type: "activation", activation: "relu" }, version: 2 },
  RELU6: { attributes: { type: "activation", activation: "relu6" }, version: 2 },
} as const satisfies Readonly<Record<string, Plain<CommonAttributes>>>;
