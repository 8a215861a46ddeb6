/** What a detector finds: boxes with classes, from the outputs of the operator that detectors end with. */
import { checkLimits, type Limits } from "../detection/limits.js";
import { Ranking, whole } from "../detection/ranking.js";
import { intersectionOverUnion, suppress } from "../detection/suppress.js";
import type { Graph } from "../ir/graph.js";
import type { TensorView } from "../ir/tensor.js";
import { checkImage, type Box, type Image } from "../image/image.js";
import type { ImageOptions } from "../image/picture.js";

/** Something in a picture. */
export interface Detection {
  /** Pixels of the picture; may reach beyond it. */
  readonly box: Box;
  /** 0…1 */
  readonly score: number;
  /** Name of the class, or its index as a string if there are no labels. */
  readonly label: string;
  /** Index of the class. */
  readonly index: number;
}

export interface DetectOptions extends Omit<ImageOptions, "crop">, Partial<Limits> {
  /** Default: 0.5. The model has a threshold of its own, below which it gives nothing. */
  readonly scoreThreshold?: number;
  /** For boxes of one class. Default: as the model has it, which is the most there can be. */
  readonly iouThreshold?: number;
  /** Default: as many as the model gives. */
  readonly maxDetections?: number;
}

/** Where among a network's outputs those of its detection operator are: boxes, classes, scores, and how many there are. */
export interface DetectionOutputs {
  readonly places: readonly [number, number, number, number];
  /** How many classes there are. */
  readonly classes: number;
}

/** undefined if the network is no detector, or does not give all that its detection operator makes. */
export function detectionOutputs({ ops, outputs }: Graph): DetectionOutputs | undefined {
  const op = ops.find(({ type }) => type === "detection");
  if (op?.type !== "detection") return undefined;
  const places = op.outputs.map((tensor) => outputs.indexOf(tensor)) as [number, number, number, number];
  return places.includes(-1) ? undefined : { places, classes: op.classes };
}

/** What is in the outputs that `run` computes, best first. The arguments are checked before it is called. */
export function detections(
  { places, classes: count }: DetectionOutputs,
  labels: readonly string[] | undefined,
  image: Image,
  { scoreThreshold = 0.5, iouThreshold = 1, maxDetections = Infinity }: Partial<Limits>,
  run: () => readonly TensorView[],
): Detection[] {
  checkImage(image);
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
  // A label too many is that of the background, which comes first and is not counted.
  const names = labels && labels.length > count ? labels.slice(1) : labels;
  return suppress(ranking, { ...limits, classOf }).map(({ candidate, score }) => ({
    box: boxIn(image, boxes, candidate),
    score,
    label: names?.[classOf(candidate)] ?? String(classOf(candidate)),
    index: classOf(candidate),
  }));
}

function boxIn({ width, height }: Image, boxes: TensorView, box: number): Box {
  const [top, left, bottom, right] = [0, 1, 2, 3].map((corner) => boxes[4 * box + corner]!) as [
    number,
    number,
    number,
    number,
  ];
  return { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height };
}
