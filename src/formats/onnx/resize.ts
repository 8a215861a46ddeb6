/** Resize and its predecessor Upsample. */
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import type { OpAttributes } from "../../ir/ops/index.js";
import { rare } from "../../ir/rare.js";
import { formatShape } from "../../ir/tensor.js";
import type { Size } from "../../ir/window.js";
import { realOf } from "./fold.js";
import { IMAGE, inOrder, shapeOf, type Value } from "./layout.js";
import { activationAt, axesOf, constantAt, integersAt, made, type Reader, type Source } from "./source.js";

export const RESIZING: Readonly<Record<string, Reader>> = {
  Resize: readResize,
  Upsample: readResize,
};

type Resize = Extract<OpAttributes, { type: "resize" }>;

const ROUNDINGS: Readonly<Record<string, Resize["rounding"]>> = {
  round_prefer_floor: "halfDown",
  round_prefer_ceil: "halfUp",
  floor: "floor",
  ceil: "ceil",
};

function readResize(source: Source): Value {
  const { attributes, net, arranger, name } = source;
  const x = activationAt(source, 0, 4);
  const [, , height, width] = shapeOf(x) as readonly [number, number, number, number];
  const { size, ratio } = sizeOf(source, [height, width]);
  const mode = attributes.text("mode", "nearest");
  if (mode !== "nearest" && mode !== "linear")
    throw new UnsupportedError(`mode expected nearest or linear, got ${quote(mode)}`);
  for (const [attribute, expected] of [
    ["antialias", 0],
    ["exclude_outside", 0],
  ] as const) {
    if (attributes.int(attribute, 0) !== expected) throw new UnsupportedError(`${attribute} expected 0`);
  }
  const op = rare({
    type: "resize",
    mode: mode === "linear" ? "bilinear" : "nearest",
    size,
    ...positionsOf(source, mode, size, [height, width]),
    ...(ratio && { ratio }),
  });
  const tensor = arranger.tensor(
    x,
    IMAGE.map((dimension) => [dimension]),
  );
  return made(source, net.add(name, op, tensor), IMAGE);
}

/** Which positions of the input the pixels of the output are at; the defaults changed with version 11. */
function positionsOf(
  { attributes, version }: Source,
  mode: string,
  size: Size,
  from: Size,
): Pick<Resize, "coordinates" | "rounding"> {
  const isOld = version < 11;
  const nearest = attributes.text("nearest_mode", isOld ? "floor" : "round_prefer_floor");
  const rounding = Object.hasOwn(ROUNDINGS, nearest) ? ROUNDINGS[nearest] : undefined;
  if (!rounding)
    throw new FormatError(`nearest_mode expected ${Object.keys(ROUNDINGS).join(", ")}, got ${quote(nearest)}`);
  const by = attributes.text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel");
  const used = mode === "linear" ? "floor" : rounding;
  if (by === "asymmetric") return { coordinates: "asymmetric", rounding: used };
  if (by === "align_corners") return { coordinates: "alignCorners", rounding: used };
  if (by === "half_pixel") return { coordinates: "halfPixel", rounding: used };
  // A single pixel lies in the corner there, and in the middle of half_pixel.
  const hasSingle = size.some((each, i) => each === 1 && from[i] !== 1);
  if (by === "pytorch_half_pixel" && !hasSingle) return { coordinates: "halfPixel", rounding: used };
  // ⌊(y + ½) · r⌋ is the position of half_pixel with halves rounded up.
  if (by === "tf_half_pixel_for_nn" && mode === "nearest" && rounding === "floor") {
    return { coordinates: "halfPixel", rounding: "halfUp" };
  }
  throw new UnsupportedError(`coordinate_transformation_mode expected half_pixel, asymmetric or align_corners, got ${quote(by)}`); // prettier-ignore
}

/** The size of the output, and the ratio where it is not that of the sizes. */
function sizeOf(source: Source, from: Size): { size: Size; ratio?: Size } {
  const { attributes, inputs, version } = source;
  const rank = 4;
  const axes = axesOf(attributes.ints("axes") ?? inOrder(rank), rank);
  const of = <T>(values: readonly T[], fallback: readonly T[]) => {
    if (values.length !== axes.length)
      throw new FormatError(`expected ${axes.length} sizes or scales, got ${values.length}`);
    return inOrder(rank).map((axis) => (axes.includes(axis) ? values[axes.indexOf(axis)]! : fallback[axis]!));
  };
  const scaleIndex = version < 11 ? 1 : 2;
  const sizes = inputs[3] && constantAt(source, 3).data.length ? integersAt(source, 3) : undefined;
  if (sizes) {
    if (attributes.text("keep_aspect_ratio_policy", "stretch") !== "stretch") {
      throw new UnsupportedError("keep_aspect_ratio_policy expected stretch");
    }
    const [first, second, height, width] = of(sizes, shapeOf(activationAt(source, 0))) as [
      number,
      number,
      number,
      number,
    ];
    const [images, channels] = shapeOf(activationAt(source, 0));
    if (first !== images || second !== channels) throw new UnsupportedError(`sizes expected of height and width, got ${formatShape(sizes)}`); // prettier-ignore
    return { size: [height, width] };
  }
  const given =
    attributes.floats("scales") ?? Array.from(realOf(constantAt(source, scaleIndex)).data as ArrayLike<number>);
  const [first, second, ...scales] = of(given, [1, 1, 1, 1]);
  if (first !== 1 || second !== 1 || !scales.every((scale) => scale > 0 && scale < 2 ** 16)) {
    throw new UnsupportedError(`scales expected of height and width, got ${given.join(", ")}`);
  }
  const size = from.map((side, i) => Math.floor(side * scales[i]!)) as unknown as Size;
  const isExact = size.every((side, i) => side === from[i]! * scales[i]!);
  return isExact ? { size } : { size, ratio: [1 / scales[0]!, 1 / scales[1]!] };
}
