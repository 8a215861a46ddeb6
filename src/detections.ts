/** What a detector finds: boxes with classes, from the outputs that detectors have in TensorFlow Lite. */
import { checkLimits, type Limits } from "./detection/limits.js";
import { inOrder, suppress } from "./detection/suppress.js";
import { UnsupportedError } from "./errors.js";
import { formatShape, type TensorView } from "./graph/tensor.js";
import { checkImage, type Box, type Image } from "./image/image.js";
import type { ImageOptions } from "./image/picture.js";
import type { TensorInfo } from "./tensors.js";

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

/** The outputs of TFLite_Detection_PostProcess: boxes (ymin, xmin, ymax, xmax), classes, scores, and how many there are. */
const SHAPES = [[1, "N", 4], [1, "N"], [1, "N"], [1]];

/** What is in the outputs that `run` computes, best first. The arguments are checked before it is called. */
export function detections(
  outputs: readonly TensorInfo[],
  labels: readonly string[] | undefined,
  image: Image,
  { scoreThreshold = 0.5, iouThreshold = 1, maxDetections = Infinity }: Partial<Limits>,
  run: () => readonly TensorView[],
): Detection[] {
  checkDetector(outputs);
  checkImage(image);
  checkLimits({ scoreThreshold, iouThreshold, maxDetections });
  const [boxes, classes, scores, count] = run() as [TensorView, TensorView, TensorView, TensorView];
  const given = Array.from(scores.subarray(0, count[0]), (score, box) => ({ box, score, index: classes[box]! }));
  const ranked = inOrder(given.filter(({ score }) => score > scoreThreshold));
  // Where a file of labels begins with the background, which the model does not count, its first line is this.
  const names = labels?.[0] === "???" ? labels.slice(1) : labels;
  return suppress(boxes, ranked, { iouThreshold, maxDetections, classwise: true }).map(({ box, score, index }) => {
    const [top, left, bottom, right] = boxes.subarray(4 * box, 4 * box + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const { width, height } = image;
    return {
      box: { x: left * width, y: top * height, width: (right - left) * width, height: (bottom - top) * height },
      score,
      label: names?.[index] ?? String(index),
      index,
    };
  });
}

function checkDetector(outputs: readonly TensorInfo[]): void {
  const most = outputs[1]?.shape[1];
  const fits = SHAPES.every((shape, i) => {
    const output = outputs[i];
    return (
      output?.dtype === "float32" && formatShape(output.shape) === shape.map((n) => (n === "N" ? most : n)).join("×")
    );
  });
  if (fits && outputs.length === SHAPES.length) return;
  const got = outputs.map(({ shape }) => formatShape(shape)).join(", ");
  throw new UnsupportedError(`a detector has outputs of 1×N×4, 1×N, 1×N and 1, this model has ${got}`);
}
