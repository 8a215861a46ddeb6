/** Pictures as callers pass them, and parts of them. */
import { describe } from "../errors.js";

/** Decoded pixels, as in `ImageData` and as every decoder returns them. */
export interface Picture {
  /** RGB or RGBA bytes, row by row from the top; alpha is not premultiplied. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** Part of a picture, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the bytes of a pixel, 3 or 4. Throws TypeError or RangeError if the fields do not make a picture. */
export function checkPicture(image: Picture): 3 | 4 {
  const { data, width, height } = image ?? {};
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new TypeError(`"image.data" must be Uint8Array or Uint8ClampedArray, got ${describe(data)}`);
  }
  for (const [name, size] of [
    ["width", width],
    ["height", height],
  ] as const) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`"image.${name}" must be an integer from 1, got ${describe(size)}`);
    }
  }
  const pixels = width * height;
  if (data.length === pixels * 3) return 3;
  if (data.length === pixels * 4) return 4;
  throw new RangeError(
    `"image.data" must have ${pixels * 3} bytes (RGB) or ${pixels * 4} (RGBA) for ${width}×${height}, got ${data.length}`,
  );
}

/** A part of a picture, scaled, and the pixels of it that an input shows. */
export interface View extends Box {
  readonly scaledWidth: number;
  readonly scaledHeight: number;
  /** How many scaled pixels are left of the input and above it. */
  readonly left: number;
  readonly top: number;
}

/** The fraction of each side that a central crop keeps; or "cover". */
export type Crop = number | "cover";

/** Returns the view that squeezes a part of a picture into an input of `width`×`height`. */
export function squeezed(box: Box, width: number, height: number): View {
  return { ...box, scaledWidth: width, scaledHeight: height, left: 0, top: 0 };
}

/**
 * Returns the view of a picture for an input of `width`×`height`. "cover" scales the picture until it covers the input
 * and keeps the middle, as Teachable Machine does: both sides are rounded up to whole pixels, the rest on the left and
 * above is rounded down.
 *
 * @throws RangeError for another crop.
 */
export function viewOf(image: Picture, crop: Crop, width: number, height: number): View {
  if (crop !== "cover") return squeezed(centralCrop(image, crop), width, height);
  const scale = Math.max(width / image.width, height / image.height);
  const scaledWidth = Math.ceil(image.width * scale);
  const scaledHeight = Math.ceil(image.height * scale);
  return {
    x: 0,
    y: 0,
    width: image.width,
    height: image.height,
    scaledWidth,
    scaledHeight,
    left: Math.floor((scaledWidth - width) / 2),
    top: Math.floor((scaledHeight - height) / 2),
  };
}

/**
 * The central part of a picture that keeps `fraction` of each side; ⌊(size - fraction · size) / 2⌋ pixels go on each
 * side, as in TensorFlow's central_crop.
 */
export function centralCrop({ width, height }: Picture, fraction: number): Box {
  if (!(fraction > 0 && fraction <= 1))
    throw new RangeError(`"crop" must be above 0 and at most 1, or "cover", got ${describe(fraction)}`);
  const x = Math.floor((width - width * fraction) / 2);
  const y = Math.floor((height - height * fraction) / 2);
  return { x, y, width: width - 2 * x, height: height - 2 * y };
}
