/** Tensors one after another along a dimension. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";

/** Inputs: any number, which differ in the size of dimension `axis` only. */
export interface Concatenation {
  readonly type: "concatenation";
  readonly axis: number;
}

export const concatenation: OpModule<Concatenation> = {
  shapes({ axis }, inputs) {
    const shapes = inputs.map(({ shape }) => shape);
    const [x] = shapes as [readonly number[]];
    if (!(axis >= 0 && axis < x.length)) throw new FormatError(`axis expected below ${x.length}, got ${axis}`);
    for (const shape of shapes) {
      if (shape.length !== x.length || shape.some((size, i) => i !== axis && size !== x[i])) {
        throw new FormatError(`input expected ${formatShape(x)} but for dimension ${axis}, got ${formatShape(shape)}`);
      }
    }
    return [x.map((size, i) => (i === axis ? shapes.reduce((sum, shape) => sum + shape[i]!, 0) : size))];
  },
  batched(op) {
    if (op.axis === 0) throw new UnsupportedError("concatenation expected along another dimension than the batch");
    return op;
  },
};
