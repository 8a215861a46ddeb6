/** The rare ones of the operators with one input and no options: reader and writer both take them from this table. */
import type { RareAttributes } from "../../ir/ops/index.js";
import type { Plain } from "./plain.js";

export const RARE_PLAIN = {
  ABS: { attributes: { type: "abs" }, version: 2 },
  ELU: { attributes: { type: "elu" }, version: 1 },
  EXP: { attributes: { type: "exp" }, version: 1 },
  HARD_SWISH: { attributes: { type: "hardswish" }, version: 1 },
  LOGISTIC: { attributes: { type: "logistic" }, version: 2 },
  NEG: { attributes: { type: "neg" }, version: 1 },
  RELU_N1_TO_1: { attributes: { type: "relun1to1" }, version: 1 },
  RSQRT: { attributes: { type: "rsqrt" }, version: 2 },
  SQRT: { attributes: { type: "sqrt" }, version: 1 },
  SQUARE: { attributes: { type: "square" }, version: 1 },
  TANH: { attributes: { type: "tanh" }, version: 2 },
} as const satisfies Readonly<Record<string, Plain<RareAttributes>>>;
