/** Boxes of a single shot detector (Liu et al. 2016, arXiv 1512.02325, section 2.2): anchors, shifted and scaled. */
import type { Rounding } from "./rounding.js";

/** The boxes that predictions are relative to, [anchors, 4]: centre y, centre x, height, width; 0…1 is the input. */
export type Anchors = Float64Array | Float32Array;

export interface Coding {
  /** Divisors of the encodings: y, x, height, width. */
  readonly scales: readonly [number, number, number, number];
  readonly round: Rounding;
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
 * Writes corners (ymin, xmin, ymax, xmax) of boxes, from encodings (ty, tx, th, tw) and anchors (cy, cx, h, w):
 *
 *     centre y = ty / scale · h + cy      height = exp(th / scale) · h
 *
 * @param boxes takes the corners, [anchors, 4]; may be `encodings`.
 */
export function decodeBoxes<Boxes extends Float64Array | Float32Array>(
  encodings: ArrayLike<number>,
  anchors: Anchors,
  { scales, round }: Coding,
  boxes: Boxes,
): Boxes {
  for (let start = 0; start < boxes.length; start += 4) {
    for (const axis of [0, 1] as const) {
      const i = start + axis;
      const length = anchors[i + 2]!;
      const centre = round(round(round(encodings[i]! / scales[axis]) * length) + anchors[i]!);
      const growth = round(Math.exp(round(encodings[i + 2]! / scales[axis + 2]!)));
      const half = round(round(0.5 * growth) * length);
      boxes[i] = centre - half;
      boxes[i + 2] = centre + half;
    }
  }
  return boxes;
}

/** 1 / (1 + exp(-x)) */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
