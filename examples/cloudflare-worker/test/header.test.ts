/** Headers, made to mislead. */
import { describe, expect, test } from "vitest";
import { oriented, seededPixels, toJpeg, toPng, toWebp } from "../../support/pictures.ts";
import { readHeader } from "../src/header.ts";

const PIXELS = seededPixels(37, 21, 1);
const JPEG = toJpeg(PIXELS);

const bytes = (...values: number[]) => Uint8Array.from(values);
const SOI = [0xff, 0xd8];
/** A frame header of a marker; 0 components are enough for a size. */
const frame = (marker: number, width: number, height: number) =>
  [0xff, marker, 0, 8, 8, height >> 8, height & 255, width >> 8, width & 255, 0] as const;

describe("the size", () => {
  test("of a JPEG", () => {
    expect(readHeader(JPEG)).toEqual({
      format: "jpeg",
      width: 37,
      height: 21,
      orientation: 1,
      progressive: false,
      scans: 1,
      components: 3,
      bitsPerPixel: 24,
      end: JPEG.length - 2,
    });
  });

  test("of a PNG", async () => {
    expect(readHeader(await toPng(PIXELS))).toMatchObject({ format: "png", width: 37, height: 21, orientation: 1 });
  });

  test.each([
    ["lossy", { quality: 80 }],
    ["lossless", { lossless: 1 }],
  ])("of a %s WebP", async (_, options) => {
    expect(readHeader(await toWebp(PIXELS, options))).toMatchObject({ format: "webp", width: 37, height: 21 });
  });

  test("of a WebP with alpha, which has a canvas", async () => {
    const pixels = { ...PIXELS, data: PIXELS.data.map((value, i) => (i % 4 === 3 ? 100 : value)) };
    expect(readHeader(await toWebp(pixels, { quality: 80 }))).toMatchObject({ format: "webp", width: 37, height: 21 });
  });
});

describe("a JPEG", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("has EXIF orientation %d", (orientation) => {
    expect(readHeader(oriented(JPEG, orientation))).toMatchObject({ width: 37, height: 21, orientation });
  });

  test.each([0, 9, 255])("with orientation %d, which does not exist, is upright", (orientation) => {
    expect(readHeader(oriented(JPEG, orientation))).toMatchObject({ orientation: 1 });
  });

  test("is progressive by its frame", () => {
    expect(readHeader(bytes(...SOI, ...frame(0xc2, 9, 7)))).toMatchObject({ width: 9, height: 7, progressive: true });
  });

  test("cannot hide its frame behind fill bytes", () => {
    const decoy = [0xff, 0xff, 0xe2, 0, 12, ...frame(0xc0, 1, 1)];
    expect(readHeader(bytes(...SOI, ...decoy, 0xff, 0xff, ...frame(0xc0, 60000, 60000)))).toMatchObject({
      width: 60000,
      height: 60000,
    });
  });

  test("cannot hide its frame behind bytes between segments", () => {
    const decoy = [0xff, 0xe2, 0, 12, ...frame(0xc0, 1, 1)];
    expect(readHeader(bytes(...SOI, ...decoy, 1, 2, 3, 0xff, 0, ...frame(0xc0, 500, 400)))).toMatchObject({
      width: 500,
      height: 400,
    });
  });

  test.each([
    ["without a frame", [...SOI, 0xff, 0xda, 0, 2, 0xff, 0xd9]],
    ["that is lossless", [...SOI, ...frame(0xc3, 8, 8)]],
    ["of no height", [...SOI, ...frame(0xc0, 8, 0)]],
    ["that ends in a segment", [...SOI, 0xff, 0xe0, 255, 255]],
    ["that ends in its marker", [...SOI, 0xff]],
  ])("%s is refused", (_, values) => {
    expect(() => readHeader(bytes(...values))).toThrow(/damaged picture/);
  });

  test("of eight million fill bytes is read in time", () => {
    const file = new Uint8Array(8 * 2 ** 20).fill(0xff);
    file.set(SOI);
    expect(() => readHeader(file)).toThrow(/ends in its header/);
  });
});

test.each([
  ["nothing", ""],
  ["text", "hello"],
  ["a GIF", "GIF89a\x01\x00\x01\x00\x00\x00\x00;"],
  ["a RIFF that is sound", "RIFF\x24\x00\x00\x00WAVEfmt "],
])("%s has no header", (_, text) => {
  expect(readHeader(new TextEncoder().encode(text))).toBeUndefined();
});

test.each([
  ["PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00"],
  ["PNG without IHDR", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIDAT\x00\x00\x00\x09\x00\x00\x00\x09"],
  ["WebP", "RIFF\x24\x00\x00\x00WEBPVP8 \x18"],
  ["WebP of an unknown kind", "RIFF\x24\x00\x00\x00WEBPVP8Z\x18\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"],
])("a damaged %s is refused", (_, text) => {
  expect(() => readHeader(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toThrow(/damaged picture/);
});
