/**
 * TFLite_Detection_PostProcess, as TensorFlow Lite's own: boxes from their encodings, and of those that overlap the best.
 *
 * It sorts and compares more than it computes, so it runs on the host; loaded on demand.
 */
import { UnsupportedError } from "../../errors.js";
import type { Detection, OpOf } from "../../ir/ops.js";
import { dequantized } from "../../ir/passes/constants.js";
import type { Tensor, TensorView } from "../../ir/tensor.js";
import { affineOf, elementTypeOf } from "../../compiler/layout.js";

const { fround } = Math;

/** The operator on tensors that lie in memory as `view` has them; the result runs it for so many images. */
export function detection(
  op: OpOf<"detection">,
  tensors: readonly Tensor[],
  view: (tensor: number) => TensorView,
): (images: number) => void {
  const [first, second, third] = op.inputs as readonly [number, number, number];
  const encodings = realOf(tensors[first]!, view(first));
  const confidences = realOf(tensors[second]!, view(second));
  if (!tensors[third]!.data) throw new UnsupportedError("anchors expected constant");
  for (const tensor of op.outputs) {
    const { dtype } = tensors[tensor]!;
    if (dtype !== "float32") throw new UnsupportedError(`outputs expected float32, got ${dtype}`);
  }
  const anchors = dequantized(tensors[third]!);
  const [, count, width] = tensors[first]!.shape as [number, number, number];
  const columns = tensors[second]!.shape[2]!;
  const outputs = op.outputs.map(view) as unknown as Outputs;
  const boxes = new Float32Array(4 * count);
  const scores = new Float32Array(count * columns);
  const column = new Float32Array(count);
  return (images) => {
    for (let image = 0; image < images; ++image) {
      decode(op, (box, i) => encodings((image * count + box) * width + i), anchors, boxes);
      for (let i = 0; i < scores.length; ++i) scores[i] = confidences(image * scores.length + i);
      const found = op.regular ? regular(op, boxes, scores, column) : fast(op, boxes, scores, column);
      write(found, boxes, outputs, image, op.maxDetections * op.maxClasses);
    }
  };
}

/** Boxes [N,D,4] as top, left, bottom, right; classes [N,D]; scores [N,D]; how many there are [N]. */
type Outputs = readonly [Float32Array, Float32Array, Float32Array, Float32Array];

/** The real number at an index. */
type Real = (index: number) => number;

function realOf(tensor: Tensor, data: TensorView): Real {
  if (elementTypeOf(tensor) === "f32") return (index) => data[index]!;
  const { scale, zeroPoint } = affineOf(tensor);
  return (index) => fround((data[index]! - zeroPoint) * fround(scale));
}

interface Found {
  readonly box: number;
  readonly index: number;
  readonly score: number;
}

/** From centre and size relative to the anchor [y, x, h, w] to corners. */
function decode(
  { scales: [yScale, xScale, hScale, wScale] }: Detection,
  encoding: (box: number, i: number) => number,
  anchors: Float32Array,
  boxes: Float32Array,
): void {
  for (let box = 0; 4 * box < boxes.length; ++box) {
    const height = anchors[4 * box + 2]!;
    const width = anchors[4 * box + 3]!;
    const yCentre = fround(fround(fround(encoding(box, 0) / yScale) * height) + anchors[4 * box]!);
    const xCentre = fround(fround(fround(encoding(box, 1) / xScale) * width) + anchors[4 * box + 1]!);
    const halfHeight = fround(fround(0.5 * fround(Math.exp(fround(encoding(box, 2) / hScale)))) * height);
    const halfWidth = fround(fround(0.5 * fround(Math.exp(fround(encoding(box, 3) / wScale)))) * width);
    boxes[4 * box] = yCentre - halfHeight;
    boxes[4 * box + 1] = xCentre - halfWidth;
    boxes[4 * box + 2] = yCentre + halfHeight;
    boxes[4 * box + 3] = xCentre + halfWidth;
  }
}

/** All boxes compete by their best class; those that stay come with as many classes as wanted. */
function fast(op: Detection, boxes: Float32Array, scores: Float32Array, best: Float32Array): Found[] {
  const columns = scores.length / best.length;
  const first = columns - op.classes; // the background, if there is one, is no class
  for (let box = 0; box < best.length; ++box) {
    let most = -Infinity;
    for (let c = first; c < columns; ++c) most = Math.max(most, scores[box * columns + c]!);
    best[box] = most;
  }
  const classes = Array.from({ length: op.classes }, (_, c) => c);
  return suppress(op, boxes, best, op.maxDetections).flatMap((box) => {
    const score = (index: number) => scores[box * columns + first + index]!;
    const ranked = classes.toSorted((a, b) => score(b) - score(a)).slice(0, op.maxClasses);
    return ranked.map((index) => ({ box, index, score: score(index) }));
  });
}

/** In each class its own boxes compete; of all that stay the best. */
function regular(op: Detection, boxes: Float32Array, scores: Float32Array, column: Float32Array): Found[] {
  const columns = scores.length / column.length;
  const first = columns - op.classes;
  const found: Found[] = [];
  for (let index = 0; index < op.classes; ++index) {
    for (let box = 0; box < column.length; ++box) column[box] = scores[box * columns + first + index]!;
    for (const box of suppress(op, boxes, column, op.detectionsPerClass))
      found.push({ box, index, score: column[box]! });
  }
  return found.toSorted((a, b) => b.score - a.score).slice(0, op.maxDetections);
}

/** The boxes that stay, at most so many, best first; of equal scores the first. */
function suppress(op: Detection, boxes: Float32Array, scores: Float32Array, most: number): number[] {
  const candidates: number[] = [];
  for (let box = 0; box < scores.length; ++box) if (scores[box]! >= op.scoreThreshold) candidates.push(box);
  const kept: number[] = [];
  for (const box of candidates.toSorted((a, b) => scores[b]! - scores[a]!)) {
    if (kept.length === most) break;
    if (!kept.some((better) => overlap(boxes, better, box) > op.iouThreshold)) kept.push(box);
  }
  return kept;
}

/** The area that two boxes share, as a part of what they cover together; 0 if one of them has no area. */
function overlap(boxes: Float32Array, a: number, b: number): number {
  const area = areaOf(boxes, a);
  const other = areaOf(boxes, b);
  if (area <= 0 || other <= 0) return 0;
  const side = (from: number) =>
    Math.max(
      fround(
        Math.min(boxes[4 * a + from + 2]!, boxes[4 * b + from + 2]!) -
          Math.max(boxes[4 * a + from]!, boxes[4 * b + from]!),
      ),
      0,
    );
  const shared = fround(side(0) * side(1));
  return fround(shared / fround(fround(area + other) - shared));
}

function areaOf(boxes: Float32Array, box: number): number {
  const height = fround(boxes[4 * box + 2]! - boxes[4 * box]!);
  return fround(height * fround(boxes[4 * box + 3]! - boxes[4 * box + 1]!));
}

/** What was found, and zeros in the places that are left. */
function write(found: readonly Found[], from: Float32Array, outputs: Outputs, image: number, slots: number): void {
  const [boxes, classes, scores, counts] = outputs;
  const start = image * slots;
  boxes.fill(0, 4 * start, 4 * (start + slots));
  classes.fill(0, start, start + slots);
  scores.fill(0, start, start + slots);
  for (const [i, { box, index, score }] of found.entries()) {
    boxes.set(from.subarray(4 * box, 4 * box + 4), 4 * (start + i));
    classes[start + i] = index;
    scores[start + i] = score;
  }
  counts[image] = found.length;
}
