/** Windows that slide over images: their sizes, their padding, and the feature map that they make. */
import { FormatError, UnsupportedError } from "../errors.js";
import { formatShape } from "./tensor.js";

/** [height, width] */
export type Size = readonly [number, number];

/** Rows and columns of zeros around the image. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Taps side by side. */
export const NO_DILATION: Size = /* @__PURE__ */ Object.freeze([1, 1] as const);

/** The rows and columns that a kernel covers with its taps `dilation` rows and columns apart. */
export function dilated(kernel: Size, dilation: Size = NO_DILATION): Size {
  return [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1];
}

export const NO_PADDING: Padding = /* @__PURE__ */ Object.freeze({ top: 0, bottom: 0, left: 0, right: 0 });

/** Whether there is no row and no column of padding. */
export function isUnpadded({ top, bottom, left, right }: Padding): boolean {
  return !(top || bottom || left || right);
}

/**
 * TensorFlow's SAME padding: out = ⌈in / stride⌉. Where the input is too small for that, half of the missing rows
 * (columns), rounded down, are padded before it and the rest after it.
 */
export function samePadding(input: Size, kernel: Size, stride: Size): Padding {
  const [top, bottom] = sameAlong(input[0], kernel[0], stride[0]);
  const [left, right] = sameAlong(input[1], kernel[1], stride[1]);
  return { top, bottom, left, right };
}

function sameAlong(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Kernels count elements and positions in 32 bits. */
const MAX_COUNT = 2 ** 31 - 1;

/**
 * The first three dimensions of the output, [N, height, width], of a window that slides over x [N,H,W,C].
 *
 * @throws FormatError if the window is larger than the padded image, UnsupportedError if one of them is too large.
 */
export function windowed(x: readonly number[], kernel: Size, stride: Size, padding: Padding): number[] {
  const height = x[1]! + padding.top + padding.bottom;
  const width = x[2]! + padding.left + padding.right;
  if (kernel[0] > height || kernel[1] > width) {
    throw new FormatError(`a ${formatShape(kernel)} window does not fit into ${height}×${width}`);
  }
  if (height * width > MAX_COUNT || stride[0] > MAX_COUNT || stride[1] > MAX_COUNT) {
    throw new UnsupportedError(`padded image expected at most ${MAX_COUNT} pixels, got ${height}×${width}`);
  }
  return [x[0]!, Math.floor((height - kernel[0]) / stride[0]) + 1, Math.floor((width - kernel[1]) / stride[1]) + 1];
}

/** Throws FormatError if a window could lie in the padding alone, where a mean or maximum has no elements. */
export function expectInside(kernel: Size, { top, bottom, left, right }: Padding): void {
  if (Math.max(top, bottom) >= kernel[0] || Math.max(left, right) >= kernel[1]) {
    throw new FormatError(`padding expected less than the ${formatShape(kernel)} window`);
  }
}
