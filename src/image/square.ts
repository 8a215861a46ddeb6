/**
 * Part of a picture as a square float32 input, as TensorFlow.js makes it: black beside the shorter side, then bilinear
 * without the half-pixel shift, then normalised.
 *
 * In float64, each result rounded once to float32 and each step of the normalisation once more, so that the input is the
 * same bit for bit as that of the networks' authors: half a pixel off moves boxes by a third of one.
 */
import type { Box, Picture } from "./picture.js";
import { blended, type Background } from "./resize.js";

/** How a network wants its square. */
export interface Square {
  /** Height and width in pixels. */
  readonly size: number;
  /** Whether the black is on both sides, half of it each, or all at the right or at the bottom. */
  readonly centred: boolean;
  /** A byte p of channel c becomes (p - mean[c]) / std - shift. */
  readonly mean: readonly [number, number, number];
  readonly std: number;
  readonly shift: number;
}

/** Writes the part `box` of a picture, which lies inside of it, to `target`, [size, size, 3]. */
export function writeSquare(
  image: Picture,
  box: Box,
  { size, centred, mean, std, shift }: Square,
  background: Background,
  target: Float32Array,
): void {
  const side = Math.max(box.width, box.height);
  const before = (length: number) => (centred ? side - length - Math.round((side - length) / 2) : 0);
  const rows = samples(box.y, box.height, before(box.height), side, size);
  const columns = samples(box.x, box.width, before(box.width), side, size);
  const means = mean.map(Math.fround);
  const lines = new Lines(image, columns, background);
  for (let y = 0, to = 0; y < size; ++y) {
    const top = lines.at(rows.low[y]!, rows.isLowInside[y]!);
    const bottom = lines.at(rows.high[y]!, rows.isHighInside[y]!);
    const down = rows.fraction[y]!;
    for (let i = 0; i < top.length; i += 3, to += 3) {
      for (let c = 0; c < 3; ++c) {
        const value = Math.fround(top[i + c]! + (bottom[i + c]! - top[i + c]!) * down);
        target[to + c] = Math.fround(Math.fround(value - means[c]!) / std) - shift;
      }
    }
  }
}

/** For each output position along a side: the two pixels around it, and how far it is from the first to the second. */
interface Samples {
  /** Row or column in the picture, where the pixel is not in the black. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** 1, or 0 in the black. */
  readonly isLowInside: Uint8Array;
  readonly isHighInside: Uint8Array;
  readonly fraction: Float64Array;
}

/** Samples of a square of `side` pixels that has `length` of the picture's, from `start` on, after `before` black ones. */
function samples(start: number, length: number, before: number, side: number, size: number): Samples {
  const made: Samples = {
    low: new Float64Array(size),
    high: new Float64Array(size),
    isLowInside: new Uint8Array(size),
    isHighInside: new Uint8Array(size),
    fraction: new Float64Array(size),
  };
  for (let i = 0; i < size; ++i) {
    const position = i * (side / size);
    const low = Math.floor(position);
    made.fraction[i] = position - low;
    const put = (at: number, pixels: Float64Array, inside: Uint8Array) => {
      inside[i] = at >= before && at < before + length ? 1 : 0;
      pixels[i] = inside[i] ? start + at - before : start;
    };
    put(low, made.low, made.isLowInside);
    put(Math.min(Math.ceil(position), side - 1), made.high, made.isHighInside);
  }
  return made;
}

/** Rows of a picture, each interpolated across; the last two are kept, because the next output row may need them. */
class Lines {
  readonly #image: Picture;
  readonly #channels: number;
  readonly #columns: Samples;
  readonly #background: Background;
  readonly #black: Float64Array;
  #newer: { row: number; values: Float64Array };
  #older: { row: number; values: Float64Array };

  constructor(image: Picture, columns: Samples, background: Background) {
    const line = () => new Float64Array(columns.fraction.length * 3);
    this.#image = image;
    this.#channels = image.data.length / (image.width * image.height);
    this.#columns = columns;
    this.#background = background;
    this.#black = line();
    this.#newer = { row: -1, values: line() };
    this.#older = { row: -1, values: line() };
  }

  /** A row of the picture, or a black one. */
  at(row: number, isInside: number): Float64Array {
    if (!isInside) return this.#black;
    if (row === this.#newer.row) return this.#newer.values;
    if (row === this.#older.row) return this.#older.values;
    [this.#newer, this.#older] = [this.#older, this.#newer];
    this.#newer.row = row;
    this.#interpolate(row, this.#newer.values);
    return this.#newer.values;
  }

  #interpolate(row: number, values: Float64Array): void {
    const { data, width } = this.#image;
    const channels = this.#channels;
    const { low, high, isLowInside, isHighInside, fraction } = this.#columns;
    const start = row * width * channels;
    for (let x = 0, to = 0; x < fraction.length; ++x, to += 3) {
      const a = start + low[x]! * channels;
      const b = start + high[x]! * channels;
      const isOpaque = channels === 3 || (data[a + 3]! & data[b + 3]!) === 255;
      for (let c = 0; c < 3; ++c) {
        const left = isOpaque ? data[a + c]! : blended(data, a, c, this.#background);
        const right = isOpaque ? data[b + c]! : blended(data, b, c, this.#background);
        const first = left * isLowInside[x]!;
        values[to + c] = first + (right * isHighInside[x]! - first) * fraction[x]!;
      }
    }
  }
}
