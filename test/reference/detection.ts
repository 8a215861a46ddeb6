import type { OpOf } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { centred, quantizationOf } from "./arithmetic.js";

export interface Detected {
  readonly boxes: readonly (readonly number[])[];
  readonly classes: readonly number[];
  readonly scores: readonly number[];
}

interface Candidate {
  readonly box: number;
  readonly index: number;
  readonly score: number;
}

/** What TFLite_Detection_PostProcess finds in one image, without the zeros after it. */
export function detection(
  op: OpOf<"detection">,
  tensors: readonly Tensor[],
  encodings: ArrayLike<number>,
  scores: ArrayLike<number>,
): Detected {
  const [first, second, third] = op.inputs.map((index) => tensors[index]!) as [Tensor, Tensor, Tensor];
  const [count, width] = first.shape.slice(1) as [number, number];
  const columns = second.shape[2]!;
  const codes = realNumbers(encodings, first);
  const anchors = realNumbers(third.data!, third);
  const confidences = realNumbers(scores, second);
  const boxes = Array.from({ length: count }, (_, box) => {
    const [y, x, h, w] = [0, 1, 2, 3].map((i) => codes[box * width + i]! / op.scales[i]!) as [number, number, number, number]; // prettier-ignore
    const [top, left, height, across] = [0, 1, 2, 3].map((i) => anchors[4 * box + i]!) as [number, number, number, number]; // prettier-ignore
    const [yCentre, xCentre] = [y * height + top, x * across + left];
    const [halfHeight, halfWidth] = [(Math.exp(h) * height) / 2, (Math.exp(w) * across) / 2];
    return [yCentre - halfHeight, xCentre - halfWidth, yCentre + halfHeight, xCentre + halfWidth];
  });
  const score = (box: number, index: number) => confidences[box * columns + columns - op.classes + index]!;
  const classes = Array.from({ length: op.classes }, (_, index) => index);
  const ranked = (box: number) => classes.toSorted((a, b) => score(box, b) - score(box, a));
  const inClass = (index: number) => boxes.map((_, box): Candidate => ({ box, index, score: score(box, index) }));
  let found: Candidate[];
  if (op.regular) {
    const each = classes.flatMap((index) => suppress(op, boxes, inClass(index), op.detectionsPerClass));
    found = each.toSorted((a, b) => b.score - a.score).slice(0, op.maxDetections);
  } else {
    const best = boxes.map((_, box) => ({ box, index: 0, score: score(box, ranked(box)[0]!) }));
    found = suppress(op, boxes, best, op.maxDetections).flatMap(({ box }) =>
      ranked(box)
        .slice(0, op.maxClasses)
        .map((index) => ({ box, index, score: score(box, index) })),
    );
  }
  return {
    boxes: found.map(({ box }) => boxes[box]!),
    classes: found.map(({ index }) => index),
    scores: found.map((each) => each.score),
  };
}

/** Takes the best candidate and drops those that overlap it, again and again. */
function suppress(
  op: OpOf<"detection">,
  boxes: readonly (readonly number[])[],
  candidates: readonly Candidate[],
  most: number,
): Candidate[] {
  let left = candidates.filter((each) => each.score >= op.scoreThreshold);
  const kept: Candidate[] = [];
  while (left.length && kept.length < most) {
    const best = left.reduce((a, b) => (b.score > a.score ? b : a));
    kept.push(best);
    left = left.filter((each) => each !== best && overlap(boxes[best.box]!, boxes[each.box]!) <= op.iouThreshold);
  }
  return kept;
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const area = ([top, left, bottom, right]: readonly number[]) => (bottom! - top!) * (right! - left!);
  if (area(a) <= 0 || area(b) <= 0) return 0;
  const height = Math.max(Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!), 0);
  const width = Math.max(Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!), 0);
  return (height * width) / (area(a) + area(b) - height * width);
}

function realNumbers(values: ArrayLike<number>, tensor: Tensor): Float64Array {
  const scale = Math.fround(quantizationOf(tensor)?.scale ?? 1);
  return centred(values, tensor).map((value) => Math.fround(value * scale));
}
