/**
 * TFLite_Detection_PostProcess: decodes boxes and suppresses those that overlap, in the arithmetic of TensorFlow Lite
 * (tensorflow/lite/kernels/detection_postprocess.cc).
 *
 * It sorts and compares more than it computes, so it runs on the host; loaded on demand.
 */
import { affineOf, elementTypeOf } from "../../compiler/layout.js";
import { Ranking, whole, type Scan } from "../../detection/ranking.js";
import { decodeBoxes } from "../../detection/ssd.js";
import { intersectionOverUnion, suppress } from "../../detection/suppress.js";
import { FormatError, UnsupportedError } from "../../errors.js";
import type { HostTensor } from "../../ir/host/operator.js";
import type { OpOf } from "../../ir/ops/index.js";
import { dequantized } from "../../ir/tensor.js";

const { fround } = Math;

/**
 * Binds the operator to its tensors.
 *
 * @param batch runs of the model that the tensors hold; each may have several images.
 * @returns a function that runs the operator for the first so many of them.
 * @throws FormatError if there are scores of more or fewer images than boxes, UnsupportedError for other types of outputs
 * than float32.
 */
export function detection(
  op: OpOf<"detection">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
  batch: number,
): (runs: number) => void {
  const [encodings, scores, corners] = inputs as readonly [HostTensor, HostTensor, HostTensor];
  const [images, count, width] = encodings.shape as [number, number, number];
  const [scored, , columns] = scores.shape as [number, number, number];
  if (scored !== images) throw new FormatError(`scores expected of ${images} images, got of ${scored}`);
  for (const { dtype } of outputs) {
    if (dtype !== "float32") throw new UnsupportedError(`outputs expected float32, got ${dtype}`);
  }
  const readEncodings = readerOf(encodings);
  const readScores = readerOf(scores);
  const coding = { scales: op.scales, round: fround };
  const anchors = dequantized(corners);
  const boxes = new Float32Array(4 * count);
  const row = new Float32Array(op.classes);
  const background = columns - op.classes; // comes first, if the model has one
  const image: ImageScores = {
    count,
    row,
    read: (index, box) => readScores((index * count + box) * columns + background, row),
  };
  const find = (op.regular ? perClass : acrossClasses)(op, boxes, image);
  const results = outputs.map(({ data }) => data) as unknown as Outputs;
  return (runs) => {
    for (let index = 0; index < (runs * images) / batch; ++index) {
      for (let box = 0; box < count; ++box) {
        readEncodings((index * count + box) * width, boxes.subarray(4 * box, 4 * box + 4));
      }
      decodeBoxes(boxes, anchors, coding, boxes);
      write(find(index), boxes, results, index, op.maxDetections * op.maxClasses);
    }
  };
}

/** Boxes [N,D,4] as top, left, bottom, right; classes [N,D]; scores [N,D]; how many there are [N]. */
type Outputs = readonly [Float32Array, Float32Array, Float32Array, Float32Array];

/** Fills an array with the real numbers from an index on. */
type Reader = (start: number, target: Float32Array) => void;

function readerOf(tensor: HostTensor): Reader {
  const { data } = tensor;
  if (elementTypeOf(tensor) === "f32") {
    return (start, target) => {
      for (let i = 0; i < target.length; ++i) target[i] = data[start + i]!;
    };
  }
  const { scale, zeroPoint } = affineOf(tensor);
  const factor = fround(scale);
  return (start, target) => {
    for (let i = 0; i < target.length; ++i) target[i] = (data[start + i]! - zeroPoint) * factor;
  };
}

/** The scores of images with `count` boxes. */
interface ImageScores {
  readonly count: number;
  /** Takes the scores of a box in each class. */
  readonly row: Float32Array;
  /** Reads them. */
  readonly read: (image: number, box: number) => void;
}

interface Found {
  readonly box: number;
  readonly index: number;
  readonly score: number;
}

type Find = (image: number) => readonly Found[];

/** All boxes compete by their best class; each that stays comes with its best classes. */
function acrossClasses(op: OpOf<"detection">, boxes: Float32Array, { count, row, read }: ImageScores): Find {
  const best = new Float32Array(count);
  const ranking = new Ranking(count);
  const classes = new Ranking(row.length);
  const limits = { iouThreshold: op.iouThreshold, maxDetections: op.maxDetections };
  const overlap = intersectionOverUnion(boxes, fround);
  return (image) => {
    for (let box = 0; box < count; ++box) {
      read(image, box);
      let most = -Infinity;
      for (let c = 0; c < row.length; ++c) most = Math.max(most, row[c]!);
      best[box] = most;
    }
    ranking.fill(whole(best), { score: op.scoreThreshold, inclusive: true });
    return suppress(ranking, { ...limits, overlap }).flatMap(({ candidate: box }) => {
      read(image, box);
      if (op.maxClasses === 1) {
        const index = row.indexOf(best[box]!);
        return { box, index, score: row[index]! };
      }
      classes.fill(whole(row), { score: -Infinity, inclusive: true });
      const found: Found[] = [];
      for (let i = 0; i < Math.min(op.maxClasses, row.length); ++i) {
        const { candidate: index, score } = classes.next()!;
        found.push({ box, index, score });
      }
      return found;
    });
  };
}

/** Boxes compete within each class; of all that stay, the best are taken. */
function perClass(op: OpOf<"detection">, boxes: Float32Array, { count, row, read }: ImageScores): Find {
  const ranking = new Ranking(count * row.length);
  // Numbered class by class, because of equal scores the one of the lower class comes first.
  const boxOf = (candidate: number) => candidate % count;
  const classOf = (candidate: number) => Math.floor(candidate / count);
  const overlap = intersectionOverUnion(boxes, fround);
  const { iouThreshold, maxDetections, detectionsPerClass: maxPerClass } = op;
  return (image) => {
    const scan: Scan = (visit) => {
      for (let box = 0; box < count; ++box) {
        read(image, box);
        visit({ values: row, first: box, step: count });
      }
    };
    ranking.fill(scan, { score: op.scoreThreshold, inclusive: true });
    const kept = suppress(ranking, { overlap, iouThreshold, maxDetections, maxPerClass, boxOf, classOf });
    return kept.map(({ candidate, score }) => ({ box: boxOf(candidate), index: classOf(candidate), score }));
  };
}

/** Writes the detections of an image, and zeros in the places that are left. */
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
