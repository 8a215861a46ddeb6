/** TRANSPOSE, SLICE and STRIDED_SLICE: each coordinate of the output steps along one of the input. */
import { elementCount, featureMap, sidesOf, type Side, type Tensor } from "../../ir/tensor.js";
import type { OpOf } from "../../ir/ops.js";
import { BLOCK, blocksOf, geometry, pixelBytesOf, type Family } from "../layout.js";
import type { Call, Operand, Packed } from "../group.js";
import { expectSameEncoding } from "./checks.js";

export function lowerTranspose(
  op: OpOf<"transpose">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
): Call[] {
  return rearrange(op, tensors, input, output, (axis) => ({ axis: op.permutation[axis]!, begin: 0, step: 1 }));
}

export function lowerSlice(op: OpOf<"slice">, tensors: readonly Tensor[], input: Operand, output: Operand): Call[] {
  return rearrange(op, tensors, input, output, (axis) => ({ axis, begin: op.begin[axis]!, step: op.step[axis]! }));
}

/** The dimension of the input that one of the output steps along, from where, and how far each time. */
interface Walk {
  readonly axis: number;
  readonly begin: number;
  readonly step: number;
}

const NOWHERE: Walk = { axis: 0, begin: 0, step: 0 };
const SIDES = ["images", "height", "width", "channels"] as const;

function rearrange(
  op: OpOf<"transpose" | "slice">,
  tensors: readonly Tensor[],
  input: Operand,
  output: Operand,
  walk: (axis: number) => Walk,
): Call[] {
  const [x, y] = [tensors[op.inputs[0]!]!, tensors[op.outputs[0]!]!];
  const family = expectSameEncoding(x, y);
  const to = featureMap(y.shape);
  return [
    {
      kernel: "rearrange",
      input,
      output,
      blocks: blocksOf(to.channels),
      weights: packOffsets(x, y, family, walk),
      record: geometry(featureMap(x.shape), to, family),
    },
  ];
}

/** For the rearrange kernel: where in x each image, row, column and channel of y is found, as uint32. */
function packOffsets(x: Tensor, y: Tensor, family: Family, walk: (axis: number) => Walk): Packed {
  const to = featureMap(y.shape);
  const sides = sidesOf(y.shape);
  return {
    bytes: 4 * (to.images + to.height + to.width + to.channels),
    write({ buffer }, address) {
      const view = new DataView(buffer, address);
      let position = 0;
      for (const side of SIDES) {
        const axis = sides.indexOf(side);
        const { axis: from, begin, step } = axis < 0 ? NOWHERE : walk(axis);
        const along = sidesOf(x.shape)[from]!;
        for (let i = 0; i < to[side]; ++i, position += 4) {
          view.setUint32(position, offsetOf(along, begin + step * i, x, family), true);
        }
      }
    },
  };
}

/** Bytes from the first element of a tensor in channel blocks to the one that has this coordinate and else zeros. */
function offsetOf(side: Side, at: number, { shape }: Tensor, family: Family): number {
  const { height, width, channels } = featureMap(shape);
  const pixel = pixelBytesOf(family);
  if (side === "images") return at * height * width * pixel;
  if (side === "height") return at * width * pixel;
  if (side === "width") return at * pixel;
  const block = (elementCount(shape) / channels) * pixel;
  return Math.floor(at / BLOCK) * block + (at % BLOCK) * (pixel / BLOCK);
}
