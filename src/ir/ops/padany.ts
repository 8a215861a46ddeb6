/** Padding of any dimension, with a number or with elements of the tensor. */
import { FormatError, UnsupportedError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";

/**
 * Along each dimension, `before` elements before those of x and `after` behind them:
 *
 * - constant: `value`, a real number
 * - edge: the first and the last element
 * - reflect: a mirror image without them, cba|bcd
 * - symmetric: a mirror image with them, cba|abc
 */
export interface PadAny {
  readonly type: "padany";
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: "constant" | "edge" | "reflect" | "symmetric";
  readonly value: number;
}

export const padany: OpModule<PadAny> = {
  shapes({ before, after, mode }, [x]) {
    const { shape } = x!;
    const amounts = [...before, ...after];
    if (before.length !== shape.length || after.length !== shape.length) {
      throw new FormatError(
        `paddings expected of ${shape.length} dimensions, got ${before.length} and ${after.length}`,
      );
    }
    if (!amounts.every((amount) => Number.isInteger(amount) && amount >= 0)) {
      throw new FormatError(`paddings expected of integers from 0, got ${amounts}`);
    }
    const most = { constant: Infinity, edge: Infinity, reflect: -1, symmetric: 0 }[mode];
    for (const [i, all] of shape.entries()) {
      if (Math.max(before[i]!, after[i]!) > all + most) {
        throw new FormatError(`paddings of mode ${mode} expected at most ${all + most} for ${formatShape(shape)}`);
      }
    }
    return [shape.map((all, i) => before[i]! + all + after[i]!)];
  },
  batched(op) {
    if (op.before[0] || op.after[0]) throw new UnsupportedError("paddings expected not to add images");
    return op;
  },
};
