/** Boxes of a single shot detector (Liu et al. 2016, arXiv 1512.02325, section 2.2): anchors, shifted and scaled. */

/** Boxes that the network's are relative to, [anchors, 4]: centre y, centre x, height, width; 0…1 is the input. */
export type Anchors = Float64Array;

/** What encodings are multiplied with to give shifts, in sizes of the anchor, and logarithms of sizes. */
export interface Variances {
  readonly centre: number;
  readonly size: number;
}

/** Anchors from their corners, [anchors, 4]: ymin, xmin, ymax, xmax. */
export function anchorsOfCorners(corners: Float32Array): Anchors {
  const anchors = new Float64Array(corners.length);
  for (let i = 0; i < corners.length; i += 4) {
    const [top, left, bottom, right] = corners.subarray(i, i + 4) as unknown as [number, number, number, number];
    anchors.set([(top + bottom) / 2, (left + right) / 2, bottom - top, right - left], i);
  }
  return anchors;
}

/**
 * Corners (ymin, xmin, ymax, xmax) from encodings (ty, tx, th, tw) of anchors (cy, cx, h, w):
 *
 *     centre y = ty · centre · h + cy      height = exp(th · size) · h
 */
export function decodeBoxes(encodings: ArrayLike<number>, anchors: Anchors, { centre, size }: Variances): Float64Array {
  const boxes = new Float64Array(anchors.length);
  for (let i = 0; i < anchors.length; i += 4) {
    for (let side = i; side < i + 2; ++side) {
      const length = anchors[side + 2]!;
      const middle = encodings[side]! * centre * length + anchors[side]!;
      const half = (Math.exp(encodings[side + 2]! * size) * length) / 2;
      boxes[side] = middle - half;
      boxes[side + 2] = middle + half;
    }
  }
  return boxes;
}

/** 1 / (1 + exp(-x)) */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
