/** Boxes of a detector: TensorFlow Lite's custom operator TFLite_Detection_PostProcess. */
import { UnsupportedError } from "../../errors.js";
import { formatShape } from "../tensor.js";
import type { OpModule } from "./module.js";
import { expectRank, mismatch } from "./operands.js";

/**
 * Decodes boxes relative to anchors and suppresses those that overlap a better one. Inputs: encodings y, x, h, w [N,B,4],
 * scores [N,B,classes] or, after a background class, [N,B,1+classes], constant anchors y, x, h, w [B,4]. Outputs, with
 * D = maxDetections · maxClasses: boxes top, left, bottom, right [N,D,4], classes [N,D], scores [N,D], number of
 * detections [N].
 */
export interface Detection {
  readonly type: "detection";
  readonly maxDetections: number;
  /** The most classes that a box may have, if they are not `regular`. */
  readonly maxClasses: number;
  /** The most boxes of a class, if they are `regular`. */
  readonly detectionsPerClass: number;
  /** Boxes compete within each class; otherwise all compete by their best class. */
  readonly regular: boolean;
  readonly scoreThreshold: number;
  readonly iouThreshold: number;
  readonly classes: number;
  /** Divisors of the encodings: y, x, h, w. */
  readonly scales: readonly [number, number, number, number];
}

export const detection: OpModule<Detection> = {
  shapes(op, inputs) {
    const [encodings, scores, anchors] = inputs.map(({ shape }) => shape);
    const [images, boxes, size] = expectRank("encodings", encodings!, 3);
    const [, count, columns] = expectRank("scores", scores!, 3);
    if (size < 4) mismatch("numbers of an encoding", 4, size);
    if (count !== boxes) mismatch("scores of boxes", boxes, count);
    if (columns !== op.classes && columns !== op.classes + 1) mismatch("classes", op.classes, columns);
    if (anchors!.join() !== `${boxes},4`) mismatch("anchors", `${boxes}×4`, formatShape(anchors!));
    if (!inputs[2]!.data) throw new UnsupportedError("anchors expected constant");
    const most = op.maxDetections * op.maxClasses;
    return [[images, most, 4], [images, most], [images, most], [images]];
  },
  host: true,
};
