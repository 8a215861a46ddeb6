/** The traits that standard and depthwise convolutions share. */
import type { Tensor } from "../tensor.js";
import type { Padding, Size } from "../window.js";

/** The window of convolution weights, which are [?,kh,kw,?]. */
export function weightsWindow({ shape }: Tensor): Size {
  return [shape[1]!, shape[2]!];
}

/** absorbPadding() for operators whose own padding is zeros, too. */
export function padded<A extends { readonly padding: Padding }>(op: A, { top, bottom, left, right }: Padding): A {
  const inner = op.padding;
  return {
    ...op,
    padding: {
      top: inner.top + top,
      bottom: inner.bottom + bottom,
      left: inner.left + left,
      right: inner.right + right,
    },
  };
}
