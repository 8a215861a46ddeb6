/** The two networks that find faces, from their outputs to what may be a face. */
import type { Candidates } from "../detection/candidates.js";
import { decodeBoxes, sigmoid, type Anchors } from "../detection/ssd.js";
import { decodeYolo, type YoloAnchors } from "../detection/yolo.js";
import type { Square } from "../image/square.js";
import { SSD_SQUARE, TINY_SQUARE } from "./squares.js";

export interface FaceDetector {
  readonly square: Square;
  /** Whether boxes end where the square does. */
  readonly clip: boolean;
  /** Of overlapping boxes the worse goes from this intersection over union on, unless told otherwise. */
  readonly iouThreshold: number;
  /** What is in the network's outputs. */
  candidates(outputs: readonly Float32Array[]): Candidates;
}

const VARIANCES = { centre: 0.1, size: 0.2 };

/** SSD MobileNet V1. Its outputs are encodings [anchors, 4] and logits [anchors, 1]. */
export function ssdDetector(anchors: Anchors): FaceDetector {
  return {
    square: SSD_SQUARE,
    clip: true,
    iouThreshold: 0.5,
    candidates: ([encodings, logits]) => ({
      boxes: decodeBoxes(encodings!, anchors, VARIANCES),
      scores: Float64Array.from(logits!, sigmoid),
      classes: 1,
    }),
  };
}

const TINY_ANCHORS: YoloAnchors = [
  { width: 1.603231, height: 2.094468 },
  { width: 6.041143, height: 7.080126 },
  { width: 2.882459, height: 3.518061 },
  { width: 4.266906, height: 5.178857 },
  { width: 9.041765, height: 10.66308 },
];

/** Tiny YOLO with separable convolutions. Its output is [1, 13, 13, 25]. */
export const tinyDetector: FaceDetector = {
  square: TINY_SQUARE,
  clip: false,
  iouThreshold: 0.4,
  candidates: ([output]) => decodeYolo(output!, TINY_ANCHORS),
};
