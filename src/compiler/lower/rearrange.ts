/**
 * Operators that move elements and compute nothing: each coordinate of the output has a place in the input, independent of
 * the other coordinates.
 */
import { UnsupportedError } from "../../errors.js";
import type { OpType } from "../../ir/ops/index.js";
import { featureMap, sidesOf, type Side, type Tensor } from "../../ir/tensor.js";
import type { Call, Packed } from "../call.js";
import { affineOf, BLOCK, blocksOf, pixelBytesOf, type ElementType } from "../layout.js";
import { rareCall } from "./rarecall.js";
import type { Lowering, Site } from "./site.js";

export const transpose: Lowering<"transpose"> = {
  lower: (site) => alongAxes(site, (axis, i) => [site.op.permutation[axis]!, i]),
};

export const slice: Lowering<"slice"> = {
  lower: (site) => alongAxes(site, (axis, i) => [axis, site.op.begin[axis]! + site.op.step[axis]! * i]),
};

export const tile: Lowering<"tile"> = {
  lower: (site) => alongAxes(site, (axis, i) => [axis, i % site.x.shape[axis]!]),
};

export const gather: Lowering<"gather"> = {
  lower: (site) => alongAxes(site, (axis, i) => [axis, axis === site.op.axis ? site.op.indices[i]! : i]),
};

export const padAny: Lowering<"padany"> = {
  lower(site) {
    const { op, x } = site;
    return alongAxes(site, (axis, i) => [axis, SOURCES[op.mode](i - op.before[axis]!, x.shape[axis]!)], op.value);
  },
};

/** Where padding at a position has its element from, which may be outside. Each mode leaves the positions inside. */
const SOURCES = {
  constant: (at: number) => at,
  edge: (at: number, all: number) => Math.min(Math.max(at, 0), all - 1),
  reflect: (at: number, all: number) => (at < 0 ? -at : at < all ? at : 2 * all - 2 - at),
  symmetric: (at: number, all: number) => (at < 0 ? -1 - at : at < all ? at : 2 * all - 1 - at),
};

export const spaceToDepth: Lowering<"spacetodepth"> = {
  lower(site) {
    const { op, x } = site;
    const { channels } = featureMap(x.shape);
    return rearrange(site, (side, i) => {
      if (side === "images") return { images: i };
      if (side !== "channels") return { [side]: i * op.blockSize };
      const pixel = Math.floor(i / channels);
      const height = Math.floor(pixel / op.blockSize);
      return { height, width: pixel - height * op.blockSize, channels: i % channels };
    });
  },
};

export const spaceToBatch: Lowering<"spacetobatch"> = {
  lower(site) {
    const [down, across] = site.op.block;
    const { images } = featureMap(site.x.shape);
    return rearrange(site, (side, i) => {
      if (side === "channels") return { channels: i };
      if (side !== "images") return { [side]: i * (side === "height" ? down : across) };
      const pixel = Math.floor(i / images);
      return { images: i % images, height: Math.floor(pixel / across), width: pixel % across };
    });
  },
};

export const batchToSpace: Lowering<"batchtospace"> = {
  lower(site) {
    const { block, crops } = site.op;
    const { images } = featureMap(site.y.shape);
    return rearrange(site, (side, i) => {
      if (side === "images" || side === "channels") return { [side]: i };
      const [size, at, stride] =
        side === "height" ? [block[0], i + crops.top, block[1] * images] : [block[1], i + crops.left, images];
      return { [side]: Math.floor(at / size), images: (at % size) * stride };
    });
  },
};

/** Coordinates in the input, those that are missing being 0. One below 0 or beyond the input is outside. */
type Source = { readonly [S in Side]?: number };

/** Each dimension of the output steps along one of the input: returns that one and the position there. */
function alongAxes<T extends OpType>(
  site: Pick<Site, "x" | "y" | "movedType" | "inputView" | "outputView"> & { readonly op: { readonly type: T } },
  source: (axis: number, i: number) => readonly [axis: number, at: number],
  fill = 0,
): Call[] {
  const sides = sidesOf(site.y.shape);
  const from = sidesOf(site.x.shape);
  const at = (side: Side, i: number): Source => {
    const axis = sides.indexOf(side);
    if (axis < 0) return {};
    const [along, position] = source(axis, i);
    return { [from[along]!]: position };
  };
  return rearrange(site, at, fill);
}

/** Every coordinate of the output has its own place in the input, whatever the others are. `fill` is a real number. */
export function rearrange(
  site: Pick<Site, "x" | "y" | "movedType" | "inputView" | "outputView">,
  source: (side: Side, i: number) => Source,
  fill = 0,
): Call[] {
  const { x, y, movedType } = site;
  const params = {
    input: site.inputView(),
    output: site.outputView(),
    offsets: packOffsets(x, y, movedType, source),
    fill: bitsOf(fill, y, movedType),
  };
  return [rareCall("rearrange", params, { blocks: blocksOf(featureMap(y.shape).channels) })];
}

const SIDES = ["images", "height", "width", "channels"] as const;

/** The offset of a coordinate that lies outside, as assembly/move/rearrange.ts has it. */
const OUTSIDE = 2 ** 31;

/** For the rearrange kernel: where in x each image, row, column and channel of y is found, as uint32. */
function packOffsets(x: Tensor, y: Tensor, type: ElementType, source: (side: Side, i: number) => Source): Packed {
  const to = featureMap(y.shape);
  const from = featureMap(x.shape);
  const pixel = pixelBytesOf(type);
  const row = from.width * pixel;
  const image = from.height * row;
  const block = from.images * image;
  if (block * blocksOf(from.channels) >= OUTSIDE) throw new UnsupportedError("input expected of less than 2^31 bytes");
  const offsetOf = (at: Source) => {
    const { images = 0, height = 0, width = 0, channels = 0 } = at;
    if (SIDES.some((side) => at[side] !== undefined && !(at[side]! >= 0 && at[side]! < from[side]))) return OUTSIDE;
    const channel = Math.floor(channels / BLOCK) * block + (channels % BLOCK) * (pixel / BLOCK);
    return images * image + height * row + width * pixel + channel;
  };
  return {
    bytes: 4 * (to.images + to.height + to.width + to.channels),
    write({ buffer }, address) {
      const view = new DataView(buffer, address);
      let position = 0;
      for (const side of SIDES) {
        for (let i = 0; i < to[side]; ++i, position += 4) view.setUint32(position, offsetOf(source(side, i)), true);
      }
    },
  };
}

/** A real number as an element in channel blocks: the bits of a float32, or an int16. */
function bitsOf(value: number, y: Tensor, type: ElementType): number {
  if (type === "f32") return new Int32Array(Float32Array.of(value).buffer)[0]!;
  return value && Math.round(value / affineOf(y).scale);
}
