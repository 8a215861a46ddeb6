/** Strided slices as TensorFlow has them: begins, ends and strides of some dimensions, and masks that change them. */
import { FormatError, UnsupportedError } from "../errors.js";
import { formatShape, type Shape } from "../ir/tensor.js";

/** Bit i of each mask is about entry i of the lists. */
export interface StridedSlice {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  /** The entry begins at the first element. */
  readonly beginMask: number;
  /** The entry ends after the last element. */
  readonly endMask: number;
  /** The entry stands for all dimensions that no other entry names. */
  readonly ellipsisMask: number;
  /** The entry makes a new dimension of size 1. */
  readonly newAxisMask: number;
  /** The entry takes one element, and its dimension is taken away. */
  readonly shrinkMask: number;
}

/** The attributes of the graph's slice, and the shape that its output then takes. */
export interface ResolvedSlice {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
  readonly shape: readonly number[];
}

/**
 * Resolves a strided slice of x.
 *
 * @throws UnsupportedError for lists of other lengths, a stride of 0 or an empty result.
 */
export function resolveSlice(x: Shape, slice: StridedSlice): ResolvedSlice {
  const { begin, end, strides } = slice;
  const entries = begin.length;
  const has = (mask: number, i: number) => ((mask >> i) & 1) === 1;
  const named = begin.filter((_, i) => !has(slice.newAxisMask, i) && !has(slice.ellipsisMask, i)).length;
  if (end.length !== entries || strides.length !== entries || strides.includes(0) || named > x.length) {
    throw new UnsupportedError(
      `begin, end and strides other than 0 expected for dimensions of ${formatShape(x)}, got ${begin}, ${end} and ${strides}`,
    );
  }
  const found = { begin: [] as number[], size: [] as number[], step: [] as number[], shape: [] as number[] };
  const take = (first: number, count: number, step: number) => {
    found.begin.push(first);
    found.size.push(count);
    found.step.push(step);
  };
  const takeWhole = () => {
    const all = x[found.begin.length]!;
    take(0, all, 1);
    found.shape.push(all);
  };
  for (let i = 0; i < entries; ++i) {
    if (has(slice.ellipsisMask, i)) {
      for (let left = x.length - named; left > 0; --left) takeWhole();
    } else if (has(slice.newAxisMask, i)) {
      found.shape.push(1);
    } else {
      const all = x[found.begin.length]!;
      const isShrunk = has(slice.shrinkMask, i);
      const step = isShrunk ? 1 : strides[i]!;
      const within = (at: number) =>
        Math.min(Math.max(at < 0 ? at + all : at, step > 0 ? 0 : -1), step > 0 ? all : all - 1);
      const first = has(slice.beginMask, i) && !isShrunk ? (step > 0 ? 0 : all - 1) : within(begin[i]!);
      const last = has(slice.endMask, i) ? (step > 0 ? all : -1) : within(end[i]!);
      const count = isShrunk ? 1 : Math.ceil((last - first) / step);
      if (count < 1) throw new UnsupportedError(`slice expected not empty, got ${begin[i]} to ${end[i]} of ${all}`);
      take(first, count, step);
      if (!isShrunk) found.shape.push(count);
    }
  }
  while (found.begin.length < x.length) takeWhole();
  if (found.begin.length > x.length) throw new FormatError(`slice expected ${x.length} dimensions, got ${entries}`);
  return found;
}
