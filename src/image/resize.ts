/**
 * Resize to RGB bytes: bilinear, or with antialiasing for pictures much larger than the network's input.
 *
 * Both go through the picture a row at a time, first across, then down, in float64, and round half up, so that every
 * runtime gives the same bytes.
 */
import { describe } from "../errors.js";
import type { Box, Image } from "./image.js";

export interface ResizeOptions {
  /** Average all pixels that an output pixel covers, instead of interpolating the four around its centre. */
  readonly antialias: boolean;
  /** RGB bytes behind transparent pixels. */
  readonly background: readonly [number, number, number];
}

/** Resizes the part `box` of a picture to width × height RGB bytes in `out`. */
export function resize(
  image: Image,
  box: Box,
  out: Uint8Array,
  width: number,
  height: number,
  { antialias, background }: ResizeOptions,
): void {
  const channels = image.data.length / (image.width * image.height);
  const pixels = new Pixels(image.data, channels, background);
  if (antialias) average(image, pixels, box, out, width, height);
  else interpolate(image, pixels, box, out, width, height);
}

/**
 * Bilinear with half-pixel centres, as TensorFlow's resize does it, to the byte: the output pixel X lies at
 * (X + 0.5) · w / W - 0.5 between two columns, the columns beyond the edge being those at the edge.
 */
function interpolate(image: Image, pixels: Pixels, box: Box, out: Uint8Array, width: number, height: number): void {
  const columns = neighbours(box.width, width);
  const rows = neighbours(box.height, height);
  let top = new Float64Array(width * 3);
  let bottom = new Float64Array(width * 3);
  let [topRow, bottomRow] = [-1, -1];
  const across = (row: number, line: Float64Array) => {
    const start = (box.y + row) * image.width + box.x;
    for (let x = 0, to = 0; x < width; ++x, to += 3) {
      pixels.between(start + columns.before[x]!, start + columns.after[x]!, columns.fraction[x]!, line, to);
    }
  };
  for (let y = 0; y < height; ++y) {
    const [before, after, fraction] = [rows.before[y]!, rows.after[y]!, rows.fraction[y]!];
    if (before === bottomRow) [top, bottom, topRow, bottomRow] = [bottom, top, bottomRow, topRow];
    if (before !== topRow) across((topRow = before), top);
    if (after !== bottomRow) across((bottomRow = after), bottom);
    const start = y * width * 3;
    for (let i = 0; i < width * 3; ++i) {
      const a = top[i]!;
      out[start + i] = Math.floor(a + (bottom[i]! - a) * fraction + 0.5);
    }
  }
}

/** For each output position the two input positions around it, and how far it is from the first to the second. */
function neighbours(from: number, to: number) {
  const before = new Int32Array(to);
  const after = new Int32Array(to);
  const fraction = new Float64Array(to);
  for (let i = 0; i < to; ++i) {
    const position = (i + 0.5) * (from / to) - 0.5;
    const floor = Math.floor(position);
    fraction[i] = position - floor;
    before[i] = Math.min(Math.max(floor, 0), from - 1);
    after[i] = Math.min(Math.max(floor + 1, 0), from - 1);
  }
  return { before, after, fraction };
}

/**
 * The mean of the input below a triangle that is two output pixels wide (one input pixel to each side when enlarging,
 * where it is the same as bilinear).
 */
function average(image: Image, pixels: Pixels, box: Box, out: Uint8Array, width: number, height: number): void {
  const columns = triangles(box.width, width);
  const rows = triangles(box.height, height);
  const line = new Float64Array(width * 3);
  const sums = new Float64Array(line.length * height);
  let firstOpen = 0;
  for (let row = 0; row < box.height; ++row) {
    const start = (box.y + row) * image.width + box.x;
    for (let x = 0; x < width; ++x) {
      pixels.weighted(start + columns.first[x]!, columns.count[x]!, columns.weights, x * columns.reach, line, x * 3);
    }
    while (firstOpen < height && rows.first[firstOpen]! + rows.count[firstOpen]! <= row) ++firstOpen;
    for (let y = firstOpen; y < height && rows.first[y]! <= row; ++y) {
      const weight = rows.weights[y * rows.reach + row - rows.first[y]!]!;
      const at = y * line.length;
      for (let i = 0; i < line.length; ++i) sums[at + i]! += weight * line[i]!;
    }
  }
  for (let i = 0; i < sums.length; ++i) out[i] = Math.floor(sums[i]! + 0.5);
}

/** For each output position the input positions below its triangle, and their weights, which add up to 1. */
function triangles(from: number, to: number) {
  const scale = from / to;
  const radius = Math.max(scale, 1);
  const reach = Math.ceil(2 * radius) + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * reach);
  for (let i = 0; i < to; ++i) {
    const centre = (i + 0.5) * scale;
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

/** The pixels of a picture as RGB, laid over the background where they are transparent. */
class Pixels {
  readonly #data: ArrayLike<number>;
  readonly #channels: number;
  readonly #background: readonly [number, number, number];
  readonly #one = new Float64Array(3);
  readonly #other = new Float64Array(3);

  constructor(data: ArrayLike<number>, channels: number, background: readonly [number, number, number]) {
    this.#data = data;
    this.#channels = channels;
    this.#background = background;
  }

  /** Writes a + (b - a) · fraction to three elements of `line`. */
  between(a: number, b: number, fraction: number, line: Float64Array, to: number): void {
    const data = this.#data;
    const i = a * this.#channels;
    const j = b * this.#channels;
    if (this.#channels === 3 || (data[i + 3] === 255 && data[j + 3] === 255)) {
      line[to] = data[i]! + (data[j]! - data[i]!) * fraction;
      line[to + 1] = data[i + 1]! + (data[j + 1]! - data[i + 1]!) * fraction;
      line[to + 2] = data[i + 2]! + (data[j + 2]! - data[i + 2]!) * fraction;
      return;
    }
    this.#blend(i, this.#one);
    this.#blend(j, this.#other);
    for (let c = 0; c < 3; ++c) {
      line[to + c] = this.#one[c]! + (this.#other[c]! - this.#one[c]!) * fraction;
    }
  }

  /** Writes the weighted sum of `count` pixels to three elements of `line`. */
  weighted(first: number, count: number, weights: Float64Array, at: number, line: Float64Array, to: number): void {
    const data = this.#data;
    let [red, green, blue] = [0, 0, 0];
    for (let p = 0, i = first * this.#channels; p < count; ++p, i += this.#channels) {
      const weight = weights[at + p]!;
      if (this.#channels === 3 || data[i + 3] === 255) {
        red += weight * data[i]!;
        green += weight * data[i + 1]!;
        blue += weight * data[i + 2]!;
      } else {
        this.#blend(i, this.#one);
        red += weight * this.#one[0]!;
        green += weight * this.#one[1]!;
        blue += weight * this.#one[2]!;
      }
    }
    line[to] = red;
    line[to + 1] = green;
    line[to + 2] = blue;
  }

  /** An RGBA pixel over the background, in whole bytes. */
  #blend(i: number, rgb: Float64Array): void {
    const alpha = this.#data[i + 3]!;
    for (let c = 0; c < 3; ++c) {
      rgb[c] = Math.round((this.#data[i + c]! * alpha + this.#background[c]! * (255 - alpha)) / 255);
    }
  }
}

/** Throws RangeError if the background is not three bytes. */
export function checkBackground(background: readonly number[]): void {
  const bytes =
    Array.isArray(background) &&
    background.length === 3 &&
    background.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  if (!bytes) throw new RangeError(`"background" expected three bytes, got ${describe(background)}`);
}
