import fc from "fast-check";
import { expect, test } from "vitest";
import type { Box, Picture } from "../../src/image/picture.js";
import { writeSquare, type Square } from "../../src/image/square.js";
import { seededRandom } from "../../src/models/random.js";
import { seeds } from "../support/shapes.js";

const WHITE = [255, 255, 255] as const;

/** Pad to a square of zeros, resize, normalise, each as its definition says. */
function reference(image: Picture, box: Box, { size, centred, mean, std, shift }: Square): Float32Array {
  const channels = image.data.length / (image.width * image.height);
  const side = Math.max(box.width, box.height);
  const [d, e] = [side - box.width, side - box.height];
  const [left, top] = centred ? [d - Math.floor(d / 2 + 0.5), e - Math.floor(e / 2 + 0.5)] : [0, 0];
  const at = (y: number, x: number, c: number) => {
    if (y < top || y >= top + box.height || x < left || x >= left + box.width) return 0;
    const pixel = ((box.y + y - top) * image.width + box.x + x - left) * channels;
    const alpha = channels === 4 ? image.data[pixel + 3]! : 255;
    return Math.round((image.data[pixel + c]! * alpha + 255 * (255 - alpha)) / 255);
  };
  return Float32Array.from({ length: size * size * 3 }, (_, i) => {
    const c = i % 3;
    const [y, x] = [Math.floor(i / 3 / size) * (side / size), (Math.floor(i / 3) % size) * (side / size)];
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    const [y1, x1] = [Math.min(Math.ceil(y), side - 1), Math.min(Math.ceil(x), side - 1)];
    const upper = at(y0, x0, c) + (at(y0, x1, c) - at(y0, x0, c)) * (x - x0);
    const lower = at(y1, x0, c) + (at(y1, x1, c) - at(y1, x0, c)) * (x - x0);
    const value = Math.fround(upper + (lower - upper) * (y - y0));
    return Math.fround(Math.fround(Math.fround(value - Math.fround(mean[c]!)) / std) - shift);
  });
}

const side = fc.integer({ min: 1, max: 24 });

test("squares are padded, resized and normalised as defined, bit for bit", () => {
  fc.assert(
    fc.property(
      fc.record({ seed: seeds, width: side, height: side, size: side, channels: fc.constantFrom(3, 4) }),
      fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
      fc.boolean(),
      ({ seed, width, height, size, channels }, [a, b, c, d], centred) => {
        const random = seededRandom(seed);
        const data = Uint8Array.from({ length: width * height * channels }, () => Math.floor(random() * 256));
        const [x, y] = [a % width, b % height];
        const box = { x, y, width: 1 + (c % (width - x)), height: 1 + (d % (height - y)) };
        const square: Square = { size, centred, mean: [117.001, 2.5, 0], std: 127.5, shift: 1 };
        const target = new Float32Array(size * size * 3);
        writeSquare({ data, width, height }, box, square, WHITE, target);
        expect(target).toEqual(reference({ data, width, height }, box, square));
      },
    ),
  );
});
