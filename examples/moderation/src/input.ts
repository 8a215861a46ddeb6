/** The input of nsfwjs: the whole picture as 224×224, bilinear with aligned corners, p / 255. */

/** Rows of RGB or RGBA bytes. */
export interface Pixels {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

const SIZE = 224;

/** Returns float32 [224, 224, 3]. Transparent pixels keep their colours, as in a canvas without a background. */
export function inputOf({ data, width, height }: Pixels): Float32Array {
  const channels = data.length / (width * height);
  const input = new Float32Array(SIZE * SIZE * 3);
  for (let y = 0, to = 0; y < SIZE; ++y) {
    const row = (y * (height - 1)) / (SIZE - 1);
    const [above, down] = [Math.floor(row), row - Math.floor(row)];
    const below = Math.min(above + 1, height - 1);
    for (let x = 0; x < SIZE; ++x) {
      const column = (x * (width - 1)) / (SIZE - 1);
      const [left, across] = [Math.floor(column), column - Math.floor(column)];
      const right = Math.min(left + 1, width - 1);
      const at = (line: number, place: number, channel: number) => data[(line * width + place) * channels + channel]!;
      for (let c = 0; c < 3; ++c, ++to) {
        const top = at(above, left, c) + (at(above, right, c) - at(above, left, c)) * across;
        const bottom = at(below, left, c) + (at(below, right, c) - at(below, left, c)) * across;
        input[to] = (top + (bottom - top) * down) / 255;
      }
    }
  }
  return input;
}
