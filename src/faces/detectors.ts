/** The two networks that find faces, from their outputs to what may be a face. */
import type { Candidates } from "../detection/candidates.js";
import { float64 } from "../detection/rounding.js";
import { decodeBoxes, sigmoid, type Anchors, type Coding } from "../detection/ssd.js";
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

export const SSD_CODING: Coding = { scales: [10, 10, 5, 5], round: float64 };

/** SSD MobileNet V1. For each feature map there are two outputs: encodings [1, h, w, boxes · 4], logits [1, h, w, boxes]. */
export function ssdDetector(anchors: Anchors): FaceDetector {
  return {
    square: SSD_SQUARE,
    clip: true,
    iouThreshold: 0.5,
    candidates: (outputs) => {
      const encodings = joined(outputs.filter((_, i) => i % 2 === 0));
      const scores = joined(outputs.filter((_, i) => i % 2 === 1)).map(sigmoid);
      return { boxes: decodeBoxes(encodings, anchors, SSD_CODING, encodings), scores };
    },
  };
}

function joined(parts: readonly Float32Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
