/** Copies of a tensor side by side. */
import { FormatError, UnsupportedError } from "../../errors.js";
import type { OpModule } from "./module.js";

/** Input: x of any shape, `multiples` times along each dimension. */
export interface Tile {
  readonly type: "tile";
  readonly multiples: readonly number[];
}

export const tile: OpModule<Tile> = {
  shapes({ multiples }, [x]) {
    const { shape } = x!;
    if (multiples.length !== shape.length || !multiples.every((times) => Number.isInteger(times) && times > 0)) {
      throw new FormatError(`multiples expected of ${shape.length} positive integers, got ${multiples}`);
    }
    return [shape.map((size, i) => size * multiples[i]!)];
  },
  batched(op) {
    if (op.multiples[0] !== 1) throw new UnsupportedError("multiples expected 1 for the images");
    return op;
  },
};
