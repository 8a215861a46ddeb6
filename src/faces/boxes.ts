/** From a network's square to the pixels of a picture and back: where faces are, and what the other networks are shown. */
import type { Box } from "../image/picture.js";

/** Width and height in pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** A point in pixels of the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The box with the given corners (ymin, xmin, ymax, xmax; 0…1 is the square that the picture was padded to) in pixels of
 * the picture. The sides of the picture in the square count as whole pixels there, as the networks' authors have it.
 *
 * @param clip whether the box ends where the square does.
 */
export function boxInPicture(corners: ArrayLike<number>, { width, height }: Extent, size: number, clip: boolean): Box {
  const scale = size / Math.max(width, height);
  const pixels = (side: number) => (size / Math.max(Math.round(side * scale), 1)) * side;
  const [toX, toY] = [pixels(width), pixels(height)];
  const corner = (i: number) => (clip ? Math.min(Math.max(corners[i]!, 0), 1) : corners[i]!);
  const [top, left, bottom, right] = [corner(0), corner(1), corner(2), corner(3)];
  return { x: left * toX, y: top * toY, width: (right - left) * toX, height: (bottom - top) * toY };
}

/** The whole pixels of a picture that are cut out for a box; undefined if there are none. */
export function cropFor(box: Box, picture: Extent): Box | undefined {
  const [x, y] = [Math.max(box.x, 0), Math.max(box.y, 0)];
  const width = Math.floor(Math.min(box.x + box.width, picture.width) - x);
  const height = Math.floor(Math.min(box.y + box.height, picture.height) - y);
  const crop = { x: Math.floor(x), y: Math.floor(y), width, height };
  return width > 0 && height > 0 ? crop : undefined;
}

/**
 * The points x0, y0, x1, y1, … that a network gives, 0…1 being its square, in pixels of the picture.
 *
 * @param crop the part of the picture that the centre of the square showed.
 * @param origin what the points are counted from: the corner of the face's box, before it became whole pixels.
 */
export function pointsInPicture(raw: ArrayLike<number>, crop: Extent, origin: Point): Point[] {
  const side = Math.max(crop.width, crop.height);
  const [beside, above] = [(side - crop.width) / 2, (side - crop.height) / 2];
  return Array.from({ length: raw.length / 2 }, (_, i) => ({
    x: raw[2 * i]! * side - beside + origin.x,
    y: raw[2 * i + 1]! * side - above + origin.y,
  }));
}

/** The box around a face's landmarks and a tenth more on each side. */
export function boxAround(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(0, ...xs) - left, Math.max(0, ...ys) - top];
  return { x: left - 0.1 * width, y: top - 0.1 * height, width: 1.2 * width, height: 1.2 * height };
}
