import encodePng from "@jsquash/png/encode.js";
import { init as initPngEncoder } from "@jsquash/png/encode.js";
import encodeWebp, { init as initWebpEncoder } from "@jsquash/webp/encode.js";
import jpeg from "jpeg-js";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../src/cli/decode.js";

const require = createRequire(import.meta.url);

function moduleOf(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(require.resolve(path)));
}

/** Left half red, right half blue, 24×8. */
const WIDTH = 24;
const HEIGHT = 8;
const data = Uint8ClampedArray.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => {
  const right = Math.floor(i / 4) % WIDTH >= WIDTH / 2;
  return [right ? 0 : 255, 0, right ? 255 : 0, 255][i % 4]!;
});
const JPEG = new Uint8Array(jpeg.encode({ data: new Uint8Array(data), width: WIDTH, height: HEIGHT }, 100).data);

/** The same with an EXIF block that says how to turn it. */
function oriented(orientation: number): Uint8Array {
  // prettier-ignore
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...JPEG.subarray(2)]);
}

/** "red" or "blue" at a pixel of a decoded picture. */
function colour(
  { data: pixels, width }: { data: Uint8Array | Uint8ClampedArray; width: number },
  x: number,
  y: number,
): string {
  const at = (y * width + x) * 4;
  return pixels[at]! > pixels[at + 2]! ? "red" : "blue";
}

describe("JPEG", () => {
  test("is decoded", async () => {
    const image = await decodeImage(JPEG);
    expect([image.width, image.height, image.data.length]).toEqual([WIDTH, HEIGHT, WIDTH * HEIGHT * 4]);
    expect([colour(image, 2, 4), colour(image, 20, 4)]).toEqual(["red", "blue"]);
  });

  test.each([
    [1, WIDTH, HEIGHT, "red", "blue"],
    [3, WIDTH, HEIGHT, "blue", "red"],
    [6, HEIGHT, WIDTH, "red", "blue"],
    [8, HEIGHT, WIDTH, "blue", "red"],
  ])("is turned upright by EXIF orientation %d", async (orientation, width, height, first, last) => {
    const image = await decodeImage(oriented(orientation));
    expect([image.width, image.height]).toEqual([width, height]);
    expect([colour(image, 1, 1), colour(image, width - 2, height - 2)]).toEqual([first, last]);
  });
});

describe("PNG", () => {
  let png: Uint8Array;
  beforeAll(async () => {
    await initPngEncoder(await moduleOf("@jsquash/png/codec/pkg/squoosh_png_bg.wasm"));
    png = new Uint8Array(await encodePng({ data, width: WIDTH, height: HEIGHT, colorSpace: "srgb" } as ImageData));
  });

  test("is decoded, bit for bit", async () => {
    const image = await decodeImage(png);
    expect(Array.from(image.data)).toEqual(Array.from(data));
  });

  test("that claims too many pixels is not decoded", async () => {
    const vast = png.slice();
    new DataView(vast.buffer).setUint32(16, 30000);
    new DataView(vast.buffer).setUint32(20, 30000);
    await expect(decodeImage(vast)).rejects.toThrow("image of 30000×30000 pixels; at most 100 million are decoded");
  });
});

describe("WebP", () => {
  const encode = (options: { quality?: number; lossless?: number }) =>
    encodeWebp({ data, width: WIDTH, height: HEIGHT, colorSpace: "srgb" } as ImageData, options);
  beforeAll(async () => {
    await initWebpEncoder(await moduleOf("@jsquash/webp/codec/enc/webp_enc_simd.wasm"));
  });

  test("without loss is decoded, bit for bit", async () => {
    const image = await decodeImage(new Uint8Array(await encode({ lossless: 1 })));
    expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
    expect(Array.from(image.data)).toEqual(Array.from(data));
  });

  test("with loss is decoded", async () => {
    const image = await decodeImage(new Uint8Array(await encode({ quality: 90 })));
    expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
    expect([colour(image, 2, 4), colour(image, 20, 4)]).toEqual(["red", "blue"]);
  });

  test("cut off is refused, and the next one decoded", async () => {
    const webp = new Uint8Array(await encode({ lossless: 1 }));
    await expect(decodeImage(webp.subarray(0, webp.length - 10))).rejects.toThrow("damaged image");
    expect((await decodeImage(webp)).width).toBe(WIDTH);
  });
});

describe("what is damaged", () => {
  test.each([
    ["empty", new Uint8Array(0)],
    ["text", new TextEncoder().encode("hello, world, this is no picture at all")],
    ["GIF", new TextEncoder().encode("GIF89a\x01\x00\x01\x00\x00\x00\x00;")],
  ])("%s is refused", async (_, bytes) => {
    await expect(decodeImage(bytes)).rejects.toThrow(/expected a JPEG, PNG or WebP file/);
  });

  test("a JPEG cut off in its header is refused, and the next one decoded", async () => {
    await expect(decodeImage(JPEG.subarray(0, 200))).rejects.toThrow(/damaged image|expected a JPEG/);
    expect((await decodeImage(JPEG)).width).toBe(WIDTH);
  });

  test("a PNG of noise after its header is refused", async () => {
    const header = Uint8Array.from([
      0x89, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 9, 0, 0, 0, 9, 8, 2, 0, 0, 0, 1, 2, 3, 4,
      5, 6, 7,
    ]);
    await expect(decodeImage(header)).rejects.toThrow("damaged image");
  });
});
