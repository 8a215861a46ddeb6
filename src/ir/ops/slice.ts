/** A part of a tensor, with strides. */
import { FormatError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";

/** Along each dimension, `size` elements of x: one at `begin`, then one every `step`, which may be negative. */
export interface Slice {
  readonly type: "slice";
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

export const slice: OpModule<Slice> = {
  shapes({ begin, size, step }, [x]) {
    const { shape } = x!;
    const lengths = [begin, size, step].map(({ length }) => length);
    if (lengths.some((length) => length !== shape.length)) {
      throw new FormatError(`begin, size and step expected of ${shape.length} dimensions, got ${lengths}`);
    }
    for (const [i, all] of shape.entries()) {
      const last = begin[i]! + step[i]! * (size[i]! - 1);
      if (!(size[i]! > 0 && begin[i]! >= 0 && begin[i]! < all && last >= 0 && last < all)) {
        const got = `${size[i]} from ${begin[i]} to ${last}`;
        throw new FormatError(`slice expected inside of ${formatShape(shape)}, got ${got}`);
      }
    }
    return [size];
  },
  batched: (op, shape) => ({ ...op, size: shape }),
};
