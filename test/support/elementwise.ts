/** The element types that TensorFlow Lite has a function of one element in. */
import { ELEMENTWISE, type ElementwiseType } from "../../src/ir/ops/elementwise.js";
import { FLAVOURS, type Flavour } from "./graphs.js";

const FLOAT: readonly Flavour[] = ["float32"];
const SIGNED: readonly Flavour[] = ["float32", "int8"];

/** Where they are not all. */
const LIMITED: { readonly [T in ElementwiseType]?: readonly Flavour[] } = {
  abs: FLOAT,
  elu: SIGNED,
  exp: FLOAT,
  neg: FLOAT,
  relun1to1: FLOAT,
  rsqrt: FLOAT,
  sqrt: FLOAT,
  square: FLOAT,
};

export const ELEMENTWISE_TYPES = Object.keys(ELEMENTWISE) as ElementwiseType[];

export function flavoursOf(type: ElementwiseType): readonly Flavour[] {
  return LIMITED[type] ?? FLAVOURS;
}
