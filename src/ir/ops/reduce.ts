/** One element for all along some dimensions. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";

/** Input: x of any shape. The output keeps the dimensions `axes`, with the size 1. */
export interface Reduce {
  readonly type: "reduce";
  readonly function: "mean" | "sum" | "max" | "min";
  readonly axes: readonly number[];
}

export const reduce: OpModule<Reduce> = {
  shapes({ axes }, [x]) {
    const { shape } = x!;
    if (!axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length)) {
      throw new FormatError(`axes expected from 0 to ${shape.length - 1}, got ${axes} of ${formatShape(shape)}`);
    }
    return [shape.map((size, i) => (axes.includes(i) ? 1 : size))];
  },
  batched(op) {
    if (op.axes.includes(0)) throw new UnsupportedError("axes expected without that of the images");
    return op;
  },
};
