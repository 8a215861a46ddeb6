/** Non-maximum suppression: of boxes that overlap, the one with the highest score stays. */
import { formatShape } from "../tensor.js";
import { singleImage } from "./host.js";
import type { OpModule } from "./module.js";
import { mismatch } from "./operands.js";

/**
 * As TensorFlow Lite's NON_MAX_SUPPRESSION_V4 and V5: boxes [B,4] and scores [B] give positions [M], scores [M] and the
 * number of boxes that stay, a scalar; what is left of M = maxDetections is zeros. As ONNX's NonMaxSuppression: boxes
 * [N,B,4] and scores [N,C,B] give [N·C·M,3], rows of image, class and box; the rest is -1. All positions are int32.
 */
export interface Suppression {
  readonly type: "suppression";
  /** The most boxes of an image and class. */
  readonly maxDetections: number;
  /** A box with this much overlap with a better one goes, or with more, if `inclusive` is false. */
  readonly iouThreshold: number;
  readonly inclusive: boolean;
  /** A box stays only if its score is higher. */
  readonly scoreThreshold: number;
  /** Boxes are y, x, y, x of two opposite corners, or x, y, width, height from their centre. */
  readonly boxes: "corners" | "centers";
}

const MAX_DETECTIONS = 100_000;

export const suppression: OpModule<Suppression> = {
  shapes({ maxDetections: most }, [boxes, scores]) {
    if (!(Number.isInteger(most) && most >= 1 && most <= MAX_DETECTIONS)) {
      mismatch("maxDetections", `1…${MAX_DETECTIONS}`, most);
    }
    const [of, by] = [boxes!.shape, scores!.shape];
    if (of.length === 2 && of[1] === 4 && by.join() === `${of[0]}`) return [[most], [most], []];
    if (of.length === 3 && of[2] === 4 && by.length === 3 && by[0] === of[0] && by[2] === of[1]) {
      return [[by[0]! * by[1]! * most, 3]];
    }
    return mismatch("boxes and scores", "of the same number", `${formatShape(of)} and ${formatShape(by)}`);
  },
  dtypes: (_, [boxes]) => (boxes!.shape.length === 2 ? ["int32", "float32", "int32"] : ["int32"]),
  batched: singleImage,
  host: true,
};
