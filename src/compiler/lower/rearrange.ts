/** TRANSPOSE, SLICE and STRIDED_SLICE: each coordinate of the output steps along one of the input. */
import type { OpOf } from "../../ir/ops/index.js";
import { elementCount, featureMap, sidesOf, type Side, type Tensor } from "../../ir/tensor.js";
import type { Call, Packed } from "../call.js";
import { BLOCK, blocksOf, pixelBytesOf, type ElementType } from "../layout.js";
import { rareCall } from "./rarecall.js";
import type { Lowering, Site } from "./site.js";

export const transpose: Lowering<"transpose"> = {
  lower: (site) => rearrange(site, (axis) => ({ axis: site.op.permutation[axis]!, begin: 0, step: 1 })),
};

export const slice: Lowering<"slice"> = {
  lower: (site) => rearrange(site, (axis) => ({ axis, begin: site.op.begin[axis]!, step: site.op.step[axis]! })),
};

/** The dimension of the input that one of the output steps along, from where, and how far each time. */
interface Walk {
  readonly axis: number;
  readonly begin: number;
  readonly step: number;
}

const NOWHERE: Walk = { axis: 0, begin: 0, step: 0 };
const SIDES = ["images", "height", "width", "channels"] as const;

function rearrange(site: Site<OpOf<"transpose" | "slice">>, walk: (axis: number) => Walk): Call[] {
  const { x, y, movedType } = site;
  const params = {
    input: site.inputView(),
    output: site.outputView(),
    offsets: packOffsets(x, y, movedType, walk),
  };
  return [rareCall("rearrange", params, { blocks: blocksOf(featureMap(y.shape).channels) })];
}

/** For the rearrange kernel: where in x each image, row, column and channel of y is found, as uint32. */
function packOffsets(x: Tensor, y: Tensor, type: ElementType, walk: (axis: number) => Walk): Packed {
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
          view.setUint32(position, offsetOf(along, begin + step * i, x, type), true);
        }
      }
    },
  };
}

/** Bytes from the first element of a tensor in channel blocks to the one that has this coordinate and else zeros. */
function offsetOf(side: Side, at: number, { shape }: Tensor, type: ElementType): number {
  const { height, width, channels } = featureMap(shape);
  const pixel = pixelBytesOf(type);
  if (side === "images") return at * height * width * pixel;
  if (side === "height") return at * width * pixel;
  if (side === "width") return at * pixel;
  const block = (elementCount(shape) / channels) * pixel;
  return Math.floor(at / BLOCK) * block + (at % BLOCK) * (pixel / BLOCK);
}
