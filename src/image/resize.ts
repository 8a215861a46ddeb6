/**
 * Resize to RGB bytes: bilinear, or with antialiasing for pictures much larger than the network's input.
 *
 * Both work in float64 and round half up, so that every runtime gives the same bytes.
 */
import { describe } from "../errors.js";
import type { Picture, View } from "./picture.js";

/** RGB bytes. */
export type Background = readonly [number, number, number];

export const WHITE: Background = [255, 255, 255];

export interface ResizeOptions {
  /** Average all pixels that an output pixel covers, instead of interpolating the four around its centre. */
  readonly antialias: boolean;
  /** What is behind transparent pixels. */
  readonly background: Background;
}

/** RGB bytes to write, row by row from the top. */
export interface ResizeTarget {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Resizes a picture and writes the part of it that the view shows. */
export function resize(
  image: Picture,
  view: View,
  target: ResizeTarget,
  { antialias, background }: ResizeOptions,
): void {
  if (antialias) average(image, view, target, background);
  else interpolate(image, view, target, background);
}

/**
 * Bilinear with half-pixel centres, as TensorFlow's resize does it, to the byte: the output pixel X lies at
 * (left + X + 0.5) · w / W - 0.5 between two columns, the columns beyond the edge being those at the edge.
 */
function interpolate(image: Picture, view: View, target: ResizeTarget, background: Background): void {
  const { data: out, width, height } = target;
  const { data } = image; // an ImageData has its fields in its prototype
  const channels = data.length / (image.width * image.height);
  const columns = neighbours(view.x, channels, {
    from: view.width,
    to: view.scaledWidth,
    first: view.left,
    count: width,
  });
  const rows = neighbours(view.y, channels * image.width, {
    from: view.height,
    to: view.scaledHeight,
    first: view.top,
    count: height,
  });
  for (let y = 0, to = 0; y < height; ++y) {
    const above = rows.before[y]!;
    const below = rows.after[y]!;
    const down = rows.fraction[y]!;
    for (let x = 0; x < width; ++x, to += 3) {
      const left = columns.before[x]!;
      const right = columns.after[x]!;
      const across = columns.fraction[x]!;
      const [a, b, c, d] = [above + left, above + right, below + left, below + right];
      if (channels === 4 && (data[a + 3]! & data[b + 3]! & data[c + 3]! & data[d + 3]!) !== 255) {
        for (let i = 0; i < 3; ++i) {
          const [p, q, r, s] = [a, b, c, d].map((at) => blended(data, at, i, background)) as Corners;
          out[to + i] = between(p, q, r, s, across, down);
        }
      } else {
        out[to] = between(data[a]!, data[b]!, data[c]!, data[d]!, across, down);
        out[to + 1] = between(data[a + 1]!, data[b + 1]!, data[c + 1]!, data[d + 1]!, across, down);
        out[to + 2] = between(data[a + 2]!, data[b + 2]!, data[c + 2]!, data[d + 2]!, across, down);
      }
    }
  }
}

/** Four neighbouring values, top row first. */
type Corners = [number, number, number, number];

/** Between four values, rounded half up. */
function between(a: number, b: number, c: number, d: number, across: number, down: number): number {
  const top = a + (b - a) * across;
  const bottom = c + (d - c) * across;
  return (top + (bottom - top) * down + 0.5) | 0;
}

/** One dimension: `from` pixels become `to`, of which `count` are written, beginning with `first`. */
interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly count: number;
}

/** For each output position the offsets of the two inputs around it, and how far it is from the first to the second. */
function neighbours(start: number, stride: number, { from, to, first, count }: Scaling) {
  const Offsets = (start + from) * stride < 2 ** 31 ? Int32Array : Float64Array;
  const before = new Offsets(count);
  const after = new Offsets(count);
  const fraction = new Float64Array(count);
  for (let i = 0; i < count; ++i) {
    const position = (first + i + 0.5) * (from / to) - 0.5;
    const floor = Math.floor(position);
    fraction[i] = position - floor;
    before[i] = (start + Math.min(Math.max(floor, 0), from - 1)) * stride;
    after[i] = (start + Math.min(Math.max(floor + 1, 0), from - 1)) * stride;
  }
  return { before, after, fraction };
}

/**
 * The mean of the input below a triangle that is two output pixels wide; when enlarging, two input pixels, which is
 * bilinear. A row of the picture is averaged across, then added to the few output rows that it takes part in.
 */
function average(image: Picture, view: View, target: ResizeTarget, background: Background): void {
  const { data: out, width, height } = target;
  const { data } = image; // an ImageData has its fields in its prototype
  const channels = data.length / (image.width * image.height);
  const columns = triangles({ from: view.width, to: view.scaledWidth, first: view.left, count: width });
  const rows = triangles({ from: view.height, to: view.scaledHeight, first: view.top, count: height });
  const line = new Float64Array(width * 3);
  const sums = new Float64Array(line.length * height);
  let firstOpen = 0;
  const end = rows.first[height - 1]! + rows.count[height - 1]!;
  for (let row = rows.first[0]!; row < end; ++row) {
    const start = ((view.y + row) * image.width + view.x) * channels;
    for (let x = 0; x < width; ++x) {
      let [red, green, blue] = [0, 0, 0];
      let at = start + columns.first[x]! * channels;
      for (let i = x * columns.reach; i < x * columns.reach + columns.count[x]!; ++i, at += channels) {
        const weight = columns.weights[i]!;
        const opaque = channels === 3 || data[at + 3] === 255;
        red += weight * (opaque ? data[at]! : blended(data, at, 0, background));
        green += weight * (opaque ? data[at + 1]! : blended(data, at, 1, background));
        blue += weight * (opaque ? data[at + 2]! : blended(data, at, 2, background));
      }
      line[3 * x] = red;
      line[3 * x + 1] = green;
      line[3 * x + 2] = blue;
    }
    while (firstOpen < height && rows.first[firstOpen]! + rows.count[firstOpen]! <= row) ++firstOpen;
    for (let y = firstOpen; y < height && rows.first[y]! <= row; ++y) {
      const weight = rows.weights[y * rows.reach + row - rows.first[y]!]!;
      for (let i = 0; i < line.length; ++i) sums[y * line.length + i]! += weight * line[i]!;
    }
  }
  for (let i = 0; i < sums.length; ++i) out[i] = (sums[i]! + 0.5) | 0;
}

/** For each output position the input positions below its triangle, and their weights, which add up to 1. */
function triangles({ from, to, first: skipped, count: written }: Scaling) {
  const scale = from / to;
  const radius = Math.max(scale, 1);
  const reach = Math.ceil(2 * radius) + 1;
  const first = new Int32Array(written);
  const count = new Int32Array(written);
  const weights = new Float64Array(written * reach);
  for (let i = 0; i < written; ++i) {
    const centre = (skipped + i + 0.5) * scale;
    first[i] = Math.max(Math.ceil(centre - radius - 0.5), 0);
    const end = Math.min(Math.floor(centre + radius - 0.5) + 1, from);
    count[i] = end - first[i]!;
    let sum = 0;
    for (let j = first[i]!; j < end; ++j) {
      const weight = Math.max(1 - Math.abs(j + 0.5 - centre) / radius, 0);
      weights[i * reach + j - first[i]!] = weight;
      sum += weight;
    }
    for (let j = 0; j < count[i]!; ++j) weights[i * reach + j]! /= sum;
  }
  return { first, count, weights, reach };
}

/** A channel of an RGBA pixel laid over the background, in whole bytes. */
export function blended(data: ArrayLike<number>, at: number, channel: number, background: Background): number {
  const alpha = data[at + 3]!;
  return Math.round((data[at + channel]! * alpha + background[channel]! * (255 - alpha)) / 255);
}

/** Throws RangeError if the background is not three bytes. */
export function checkBackground(background: readonly number[]): void {
  const bytes =
    Array.isArray(background) &&
    background.length === 3 &&
    background.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  if (!bytes) throw new RangeError(`"background" must be three bytes, got ${describe(background)}`);
}
