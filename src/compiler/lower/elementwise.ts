/**
 * Functions of one element. The kernel of a float32 function has its name; a function of 8 bits is a table, so that it can
 * follow any arithmetic.
 */
import { halfToEven } from "../../ir/numbers.js";
import type { ElementwiseType } from "../../ir/ops/elementwise.js";
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, blocksOf, expectRatio } from "../layout.js";
import { lookup } from "./lookup.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";
import { unaryParams } from "./unary.js";

/** From an integer less the zero point of x to one less that of y. */
type Quantized = (x: Tensor, y: Tensor) => (value: number) => number;

/** The 8-bit functions, as TensorFlow Lite (XNNPACK where that has them) computes them. */
const QUANTIZED: { readonly [T in ElementwiseType]: Quantized } = {
  logistic: (x, y) => real(x, y, (value) => 1 / (1 + Math.exp(-value))),
};

const elementwise: Lowering<ElementwiseType> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    if (elementType === "q8") return [lookup(site, QUANTIZED[op.type](x, y))];
    return [rareCall(`f32_${op.type}`, unaryParams(site), { blocks: blocksOf(featureMap(x.shape).channels) })];
  },
};

export const ELEMENTWISE: Readonly<Record<string, typeof elementwise>> = Object.fromEntries(
  Object.keys(QUANTIZED).map((type) => [type, elementwise]),
);

/** A function of real numbers, rounded half to even. */
function real(x: Tensor, y: Tensor, f: (value: number) => number): (value: number) => number {
  const { scale } = affineOf(x);
  const to = affineOf(y);
  expectRatio(1, to.scale);
  return (value) => halfToEven(f(value * scale) / to.scale);
}
