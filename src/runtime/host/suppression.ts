/**
 * Non-maximum suppression as an operator of its own. Of equal scores the box that comes first ranks first.
 *
 * https://github.com/tensorflow/tensorflow/blob/v2.16.1/tensorflow/lite/kernels/internal/reference/non_max_suppression.h
 * https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html
 *
 * It ranks and compares boxes within the bounds of detection/, and is loaded on demand.
 */
import { Ranking, whole } from "../../detection/ranking.js";
import { intersectionOverUnion, suppress } from "../../detection/suppress.js";
import { UnsupportedError } from "../../errors.js";
import type { HostTensor } from "../../ir/host/operator.js";
import type { OpOf } from "../../ir/ops/index.js";

const { fround, min, max } = Math;

/** Binds the operator to its tensors. Throws UnsupportedError for other types than float32 and int32. */
export function suppression(
  op: OpOf<"suppression">,
  inputs: readonly HostTensor[],
  outputs: readonly HostTensor[],
): () => void {
  const [boxes, scores] = inputs as readonly [HostTensor, HostTensor];
  for (const { dtype } of inputs) if (dtype !== "float32") throw new UnsupportedError(`expected float32, got ${dtype}`);
  const [first, ...others] = outputs as readonly [HostTensor, ...HostTensor[]];
  if (first.dtype !== "int32") throw new UnsupportedError(`positions expected int32, got ${first.dtype}`);
  const count = boxes.shape.at(-2)!;
  const corners = new Float32Array(4 * count);
  const ranking = new Ranking(count);
  const iou = intersectionOverUnion(corners, fround);
  const { iouThreshold: limit, inclusive, maxDetections, scoreThreshold } = op;
  const overlap = (a: number, b: number) => {
    const share = iou(a, b);
    return Number(share > limit || (inclusive && share === limit));
  };
  const from = scores.data as Float32Array;
  const find = (image: number, index: number) => {
    readBoxes(op, boxes.data.subarray(4 * count * image, 4 * count * (image + 1)), corners);
    const start = index * count;
    ranking.fill(whole(from.subarray(start, start + count)), { score: scoreThreshold, inclusive: false });
    return suppress(ranking, { overlap, iouThreshold: 0.5, maxDetections });
  };
  if (boxes.shape.length === 2) {
    const [values, number] = others.map(({ data }) => data);
    return () => {
      const kept = find(0, 0);
      for (let i = 0; i < maxDetections; ++i) {
        first.data[i] = kept[i]?.candidate ?? 0;
        if (values) values[i] = kept[i]?.score ?? 0;
      }
      if (number) number[0] = kept.length;
    };
  }
  const [images, classes] = scores.shape as readonly [number, number];
  return () => {
    let at = 0;
    for (let image = 0; image < images; ++image) {
      for (let c = 0; c < classes; ++c) {
        for (const { candidate } of find(image, image * classes + c)) {
          first.data[at++] = image;
          first.data[at++] = c;
          first.data[at++] = candidate;
        }
      }
    }
    first.data.fill(-1, at);
  };
}

/** Writes the corners of boxes as top, left, bottom, right. */
function readBoxes({ boxes: kind }: OpOf<"suppression">, from: HostTensor["data"], corners: Float32Array): void {
  for (let i = 0; i < corners.length; i += 4) {
    const [a, b, c, d] = [from[i]!, from[i + 1]!, from[i + 2]!, from[i + 3]!];
    if (kind === "corners") {
      corners[i] = min(a, c);
      corners[i + 1] = min(b, d);
      corners[i + 2] = max(a, c);
      corners[i + 3] = max(b, d);
    } else {
      corners[i] = b - d / 2;
      corners[i + 1] = a - c / 2;
      corners[i + 2] = b + d / 2;
      corners[i + 3] = a + c / 2;
    }
  }
}
