/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */
import { halfToEven } from "../../ir/numbers.js";
import type { OpOf } from "../../ir/ops/index.js";
import { featureMap } from "../../ir/tensor.js";
import type { Packed } from "../call.js";
import { blocksOf, pixelBytesOf } from "../layout.js";
import { rearrange } from "./rearrange.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";

const { fround } = Math;

export const resize: Lowering<"resize"> = {
  lower(site) {
    const { op, x, y, movedType } = site;
    const from = featureMap(x.shape);
    if (op.mode === "nearest") {
      const along = { height: axisOf(op, 0, from.height), width: axisOf(op, 1, from.width) };
      return rearrange(site, (side, i) =>
        side === "height" || side === "width" ? { [side]: nearest(op, along[side], i) } : { [side]: i },
      );
    }
    const pixelBytes = pixelBytesOf(movedType);
    const isInteger = movedType === "q8";
    const params = {
      input: site.inputView(),
      output: site.outputView(),
      rows: packBetween(op, axisOf(op, 0, from.height), from.width * pixelBytes, isInteger),
      columns: packBetween(op, axisOf(op, 1, from.width), pixelBytes, isInteger),
    };
    return [rareCall(`${movedType}_resizeBilinear`, params, { blocks: blocksOf(featureMap(y.shape).channels) })];
  },
};

/** One of the two dimensions that change. */
interface Axis {
  readonly inputs: number;
  readonly outputs: number;
  /** Positions of the input for each of the output, a float32. */
  readonly ratio: number;
}

function axisOf({ size, coordinates, ratio }: OpOf<"resize">, axis: 0 | 1, inputs: number): Axis {
  const outputs = size[axis];
  const less = coordinates === "alignCorners" && outputs > 1 ? 1 : 0;
  return { inputs, outputs, ratio: fround(ratio?.[axis] ?? (inputs - less) / (outputs - less)) };
}

/** Where an output position lies in the input: float32 arithmetic in the order of XNNPACK. */
function positionOf({ coordinates }: OpOf<"resize">, { inputs, ratio }: Axis, i: number): number {
  const at = fround(i * ratio);
  const moved = coordinates === "halfPixel" ? fround(at + fround(fround(0.5 * ratio) - 0.5)) : at;
  return Math.min(Math.max(moved, 0), inputs - 1);
}

/** The input position nearest to an output position, as TensorFlow computes it in float32. */
function nearest(op: OpOf<"resize">, axis: Axis, i: number): number {
  const { rounding, coordinates } = op;
  const { inputs, ratio } = axis;
  let at: number;
  if (coordinates === "halfPixel" && rounding === "halfUp") {
    at = Math.floor(fround((i + 0.5) * ratio));
  } else {
    const middle = fround(fround((i + 0.5) * ratio) - 0.5);
    at = ROUNDINGS[rounding](coordinates === "halfPixel" ? middle : fround(i * ratio));
  }
  return Math.min(Math.max(at, 0), inputs - 1);
}

const ROUNDINGS: Readonly<Record<OpOf<"resize">["rounding"], (at: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  halfUp: Math.round,
  halfDown: (at) => Math.ceil(at - 0.5),
};

/** For the bilinear kernels: the two positions around each one of the output in bytes, and the share of the second. */
function packBetween(op: OpOf<"resize">, axis: Axis, stride: number, isInteger: boolean): Packed {
  return {
    bytes: axis.outputs * 12,
    write({ buffer }, address) {
      const view = new DataView(buffer, address);
      for (let i = 0; i < axis.outputs; ++i) {
        const position = positionOf(op, axis, i);
        const first = Math.floor(position);
        const share = fround(position - first);
        view.setUint32(12 * i, first * stride, true);
        view.setUint32(12 * i + 4, Math.min(first + 1, axis.inputs - 1) * stride, true);
        if (isInteger) view.setInt32(12 * i + 8, halfToEven(share * 2048), true);
        else view.setFloat32(12 * i + 8, share, true);
      }
    },
  };
}
