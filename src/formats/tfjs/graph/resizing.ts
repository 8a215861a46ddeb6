/** Nodes that resize images. */
import { UnsupportedError } from "../../../errors.js";
import { rare } from "../../../ir/rare.js";
import { activation, emit, integers, type Reader, type Source, type Value } from "./source.js";

function readResize(source: Source, mode: "bilinear" | "nearest"): Value {
  const { attributes } = source;
  const [height, width, ...others] = integers(source, 1);
  if (height === undefined || width === undefined || others.length) {
    throw new UnsupportedError("size expected of height and width");
  }
  const alignCorners = attributes.flag("align_corners");
  const halfPixel = attributes.flag("half_pixel_centers");
  if (alignCorners && halfPixel) throw new UnsupportedError("expected align_corners or half_pixel_centers, got both");
  const coordinates = alignCorners ? "alignCorners" : halfPixel ? "halfPixel" : "asymmetric";
  const rounding = mode === "bilinear" || coordinates === "asymmetric" ? "floor" : "halfUp";
  return emit(source, rare({ type: "resize", mode, size: [height, width], coordinates, rounding }), [
    activation(source, 0),
  ]);
}

export const RESIZING: Readonly<Record<string, Reader>> = {
  ResizeBilinear: (source) => readResize(source, "bilinear"),
  ResizeNearestNeighbor: (source) => readResize(source, "nearest"),
};
