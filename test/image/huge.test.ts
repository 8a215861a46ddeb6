/** Pictures whose bytes have no 32-bit address. */
import { expect, test } from "vitest";
import { squeezed } from "../../src/image/picture.js";
import { resize } from "../../src/image/resize.js";
import { writeSquare } from "../../src/image/square.js";

const SIDE = 30000;
const WHITE = [255, 255, 255] as const;

test("the last rows of 30000×30000 pixels are read where they are", () => {
  const data = new Uint8Array(SIDE * SIDE * 3);
  data.fill(200, SIDE * 3 * (SIDE - 100));
  const image = { data, width: SIDE, height: SIDE };
  const box = { x: 0, y: 0, width: SIDE, height: SIDE };
  const size = 512;

  const square = new Float32Array(size * size * 3);
  writeSquare(image, box, { size, centred: false, mean: [0, 0, 0], std: 1, shift: 0 }, WHITE, square);
  expect([square.at(-1), square[square.length - 2 * size * 3 - 1]]).toEqual([200, 0]);

  const resized = new Uint8Array(size * size * 3);
  resize(
    image,
    squeezed(box, size, size),
    { data: resized, width: size, height: size },
    { antialias: false, background: WHITE },
  );
  expect([resized.at(-1), resized[resized.length - 2 * size * 3 - 1]]).toEqual([200, 0]);
});
