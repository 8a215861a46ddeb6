/** From the outputs of a detector to boxes with classes. */
import { checkLimits, type Limits } from "../detection/limits.js";
import { Ranking, whole } from "../detection/ranking.js";
import { intersectionOverUnion, suppress } from "../detection/suppress.js";
import type { TensorView } from "../ir/tensor.js";
import type { PictureOptions } from "../image/input.js";
import { checkPicture, type Box, type Picture } from "../image/picture.js";
import { labelAt } from "./classify.js";
import type { DetectionOutputs } from "./head.js";

/** An object in a picture. */
export interface Detection {
  /** In pixels of the picture; may reach beyond it. */
  readonly box: Box;
  /** 0…1 */
  readonly score: number;
  /** The class name. Absent if the network has no label for this class. */
  readonly label?: string;
  /** Index of the class. */
  readonly index: number;
}

export interface DetectOptions extends Omit<PictureOptions, "crop">, Partial<Limits> {
  /** Only detections with a higher score are returned, 0…1. The model's own threshold still applies. Default: 0.5. */
  readonly scoreThreshold?: number;
  /**
   * Boxes of one class whose IoU exceeds this are suppressed; the one with the highest score is kept. Default: the model's
   * own threshold, which is also the upper limit.
   */
  readonly iouThreshold?: number;
  /** Default: the model's own maximum. */
  readonly maxDetections?: number;
}

export type Detections = typeof detections;

/** Returns the detections in the outputs that `run` computes, best first. Checks the arguments before it calls `run`. */
export function detections(
  { places, classes: count }: DetectionOutputs,
  labels: readonly string[] | undefined,
  image: Picture,
  { scoreThreshold = 0.5, iouThreshold = 1, maxDetections = Infinity }: Partial<Limits>,
  run: () => readonly TensorView[],
): Detection[] {
  checkPicture(image);
  checkLimits({ scoreThreshold, iouThreshold, maxDetections });
  const outputs = run();
  const [boxes, classes, scores, found] = places.map((place) => outputs[place]!) as [
    TensorView,
    TensorView,
    TensorView,
    TensorView,
  ];
  const given = (scores as Float32Array).subarray(0, found[0]);
  const ranking = new Ranking(given.length);
  ranking.fill(whole(given), { score: scoreThreshold, inclusive: false });
  const classOf = (box: number) => classes[box]!;
  const limits = { overlap: intersectionOverUnion(boxes), iouThreshold, maxDetections };
  // With one label more than classes, the first is the background's, which the model's class indices do not count.
  const names = labels && labels.length > count ? labels.slice(1) : labels;
  return suppress(ranking, { ...limits, classOf }).map(({ candidate, score }) => ({
    box: boxIn(image, boxes, candidate),
    score,
    ...labelAt(names, classOf(candidate)),
    index: classOf(candidate),
  }));
}

function boxIn({ width, height }: Picture, boxes: TensorView, box: number): Box {
  const [top, left, bottom, right] = [0, 1, 2, 3].map((corner) => boxes[4 * box + corner]!) as [
    number,
    number,
    number,
    number,
  ];
  return { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height };
}
