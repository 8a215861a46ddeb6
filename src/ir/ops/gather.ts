/** Parts of a tensor by their indices along a dimension. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { OpModule } from "./module.js";

/** Input: x of any shape. Element i along `axis` of the output is element indices[i] of x. */
export interface Gather {
  readonly type: "gather";
  readonly axis: number;
  readonly indices: readonly number[];
}

export const gather: OpModule<Gather> = {
  shapes({ axis, indices }, [x]) {
    const { shape } = x!;
    const all = shape[axis];
    if (all === undefined) throw new FormatError(`axis expected below ${shape.length}, got ${axis}`);
    const wrong = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < all));
    if (wrong !== undefined) throw new FormatError(`indices expected from 0 to ${all - 1}, got ${wrong}`);
    return [shape.map((size, i) => (i === axis ? indices.length : size))];
  },
  batched(op) {
    if (op.axis === 0) throw new UnsupportedError("axis expected not to be that of the images");
    return op;
  },
};
