/** Boxes, points and words drawn over a picture. */
import font from "oled-font-5x7";
import type { Box, Picture } from "../image/picture.js";

/** Something to show in a picture, in its pixels. */
export interface Mark {
  readonly box: Box;
  /** Lines of text at the box. */
  readonly lines: readonly string[];
  readonly points?: readonly { readonly x: number; readonly y: number }[];
}

type Colour = readonly [number, number, number];

const COLOURS: readonly Colour[] = [
  [255, 214, 10],
  [48, 209, 255],
  [255, 105, 97],
  [120, 230, 120],
  [230, 150, 255],
];
const BLACK: Colour = [0, 0, 0];

/** A line of text is this much higher than its letters. */
const LEADING = 2;

/** The picture with its marks, as RGBA. Lines and letters are as thick as suits its size. */
export function annotate(image: Picture, marks: readonly Mark[]): Picture {
  const canvas = new Canvas(image);
  const thick = Math.max(1, Math.round(Math.max(image.width, image.height) / 700));
  const lineHeight = (font.height + LEADING) * thick;
  for (const [index, { box, lines, points = [] }] of marks.entries()) {
    const colour = COLOURS[index % COLOURS.length]!;
    const { x, y, width, height } = box;
    canvas.fill(x, y, width, thick, colour);
    canvas.fill(x, y + height - thick, width, thick, colour);
    canvas.fill(x, y, thick, height, colour);
    canvas.fill(x + width - thick, y, thick, height, colour);
    for (const point of points) canvas.fill(point.x - thick / 2, point.y - thick / 2, thick, thick, colour);
    const letters = Math.max(0, ...lines.map(({ length }) => length));
    const [textWidth, textHeight] = [(letters * (font.width + 1) + 1) * thick, lines.length * lineHeight];
    const left = Math.max(0, Math.min(x, image.width - textWidth));
    const below = y + height;
    const top = below + textHeight <= image.height ? below : Math.max(0, y - textHeight);
    if (letters) canvas.fill(left, top, textWidth, textHeight, colour);
    for (const [row, line] of lines.entries()) {
      canvas.write(line, left + thick, top + row * lineHeight + thick, thick, BLACK);
    }
  }
  return canvas;
}

class Canvas implements Picture {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor({ data, width, height }: Picture) {
    const channels = data.length / (width * height);
    this.width = width;
    this.height = height;
    this.data = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0; i < width * height; ++i) {
      for (let c = 0; c < channels; ++c) this.data[4 * i + c] = data[channels * i + c]!;
    }
  }

  /** A rectangle, as far as it is in the picture. */
  fill(x: number, y: number, width: number, height: number, [red, green, blue]: Colour): void {
    const [left, top] = [Math.max(Math.round(x), 0), Math.max(Math.round(y), 0)];
    const right = Math.min(Math.round(x) + Math.round(width), this.width);
    const bottom = Math.min(Math.round(y) + Math.round(height), this.height);
    for (let row = top; row < bottom; ++row) {
      for (let at = (row * this.width + left) * 4; at < (row * this.width + right) * 4; at += 4) {
        this.data[at] = red;
        this.data[at + 1] = green;
        this.data[at + 2] = blue;
        this.data[at + 3] = 255;
      }
    }
  }

  /** A line of text whose pixels are squares of so many pixels. */
  write(text: string, x: number, y: number, size: number, colour: Colour): void {
    for (const [place, letter] of Array.from(text).entries()) {
      const start = Math.max(0, font.lookup.indexOf(letter)) * font.width; // a space for what the font lacks
      for (let column = 0; column < font.width; ++column) {
        for (let row = 0; row < font.height; ++row) {
          if (!((font.fontData[start + column]! >> row) & 1)) continue;
          this.fill(x + (place * (font.width + 1) + column) * size, y + row * size, size, size, colour);
        }
      }
    }
  }
}
