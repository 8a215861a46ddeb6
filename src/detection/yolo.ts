/** Boxes of a Tiny YOLO (Redmon and Farhadi 2017, arXiv 1612.08242, section 2): five boxes for each cell of a grid. */
import type { Candidates } from "./candidates.js";
import { sigmoid } from "./ssd.js";

/** Height and width of the boxes that the network's are relative to, in cells. */
export type YoloAnchors = readonly { readonly height: number; readonly width: number }[];

/**
 * The candidates in an output [cells, cells, anchors · 5] of numbers tx, ty, tw, th, to:
 *
 *     centre x = (column + σ(tx)) / cells      width = exp(tw) · w / cells      score = σ(to)
 *
 * Last cell first, because of two equal scores the network's authors take the later one.
 */
export function decodeYolo(output: ArrayLike<number>, anchors: YoloAnchors): Candidates {
  const count = output.length / 5;
  const cells = Math.sqrt(count / anchors.length);
  const boxes = new Float64Array(count * 4);
  const scores = new Float64Array(count);
  for (let i = 0; i < count; ++i) {
    const from = (count - 1 - i) * 5;
    const anchor = anchors[(count - 1 - i) % anchors.length]!;
    const cell = Math.floor((count - 1 - i) / anchors.length);
    const x = ((cell % cells) + sigmoid(output[from]!)) / cells;
    const y = (Math.floor(cell / cells) + sigmoid(output[from + 1]!)) / cells;
    const halfWidth = (Math.exp(output[from + 2]!) * anchor.width) / cells / 2;
    const halfHeight = (Math.exp(output[from + 3]!) * anchor.height) / cells / 2;
    boxes.set([y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth], 4 * i);
    scores[i] = sigmoid(output[from + 4]!);
  }
  return { boxes, scores };
}
