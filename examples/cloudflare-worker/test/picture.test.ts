/** Pictures as the Worker decodes them, pixel by pixel. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Picture } from "mobilenet-simd";
import { compileCodecs } from "../../batch/node/codecs.ts";
import {
  oriented,
  seededPixels,
  toJpeg,
  toPng,
  toProgressiveJpeg,
  toWebp,
  type Pixels,
} from "../../support/pictures.ts";
import { upright } from "../src/codecs/orientation.ts";
import { readHeader } from "../src/header.ts";
import { PictureReader } from "../src/picture.ts";

const PIXELS = seededPixels(240, 160, 3);
/** No side is as small. */
const FULL = 10_000;

let reader: PictureReader;
beforeAll(async () => {
  reader = new PictureReader(await compileCodecs());
});

/** A picture that stays. */
function decode(file: Uint8Array, least = FULL): Promise<Picture> {
  return reader.show(file, least, ({ data, width, height }) => ({ data: data.slice(), width, height }));
}

/** toEqual() takes seconds for as many bytes. */
function expectSame(got: Picture, { data, width, height }: Picture | Pixels): void {
  expect([got.width, got.height]).toEqual([width, height]);
  expect(Buffer.from(got.data).equals(Buffer.from(data))).toBe(true);
}

const rgb = ({ data }: Picture | Pixels) => Uint8Array.from(data).filter((_, i) => i % 4 !== 3);

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

describe("JPEG", () => {
  test("is what was encoded, but for its loss", async () => {
    const image = await decode(toJpeg(PIXELS, 100));
    expect([image.width, image.height]).toEqual([240, 160]);
    expect(meanDifference(image.data, rgb(PIXELS))).toBeLessThan(1);
  });

  test.each([
    [20, 30, 20],
    [21, 60, 40],
    [40, 60, 40],
    [41, 120, 80],
    [81, 240, 160],
  ])("with sides of at least %d is decoded as %d×%d", async (least, width, height) => {
    const image = await decode(toJpeg(PIXELS, 100), least);
    expect([image.width, image.height]).toEqual([width, height]);
    const factor = 240 / width;
    const means = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      let sum = 0;
      for (let v = 0; v < factor; ++v)
        for (let u = 0; u < factor; ++u) sum += PIXELS.data[((y * factor + v) * 240 + x * factor + u) * 4 + (i % 3)]!;
      return sum / factor ** 2;
    });
    expect(meanDifference(image.data, means)).toBeLessThan(2);
  });

  test("in portrait format is scaled by its width", async () => {
    const image = await decode(toJpeg(seededPixels(160, 240, 4)), 40);
    expect([image.width, image.height]).toEqual([40, 60]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("with EXIF orientation %d comes upright", async (orientation) => {
    const stored = await decode(toJpeg(PIXELS));
    expectSame(await decode(oriented(toJpeg(PIXELS), orientation)), upright(stored, orientation));
  });
});

describe("a truncated JPEG that has an end marker", () => {
  const ended = (file: Uint8Array, length: number) => Uint8Array.from([...file.subarray(0, length), 0xff, 0xd9]);

  test.each([
    ["baseline", async () => toJpeg(PIXELS)],
    ["progressive", async () => toProgressiveJpeg(PIXELS)],
  ])("is refused: %s", async (kind, make) => {
    const file = await make();
    const { scans, end } = readHeader(file)!;
    expect([scans > 1, end]).toEqual([kind === "progressive", file.length - 2]);
    for (const least of [FULL, 20]) {
      expect((await decode(file, least)).width).toBe(least === FULL ? 240 : 30);
      expectSame(await decode(Uint8Array.from([...file, 1, 2, 0xff, 0xd8]), least), await decode(file, least));
      for (let missing = 4; missing < file.length / 2; missing += Math.ceil(file.length / 40)) {
        const cut = ended(file, end - missing);
        // Between two scans it is a picture of fewer of them.
        if (kind === "progressive" && readHeader(cut)!.scans < scans) break;
        await expect(decode(cut, least), `${missing} bytes missing`).rejects.toMatchObject({ status: 422 });
      }
    }
  });
});

describe("PNG and WebP without loss", () => {
  const clear = { ...PIXELS, data: PIXELS.data.map((value, i) => (i % 4 === 3 ? (i >> 2) % 256 : value)) };

  test.each([
    ["opaque", PIXELS],
    ["with alpha", clear],
  ])("%s: a PNG is bit for bit what was encoded", async (_, pixels) => {
    expectSame(await decode(await toPng(pixels)), pixels);
  });

  test("a WebP is bit for bit what was encoded", async () => {
    expectSame(await decode(await toWebp(PIXELS, { lossless: 1 })), PIXELS);
  });
});

test("what `use` throws is thrown, and the next picture decoded", async () => {
  const file = toJpeg(PIXELS);
  const failing = () => {
    throw new Error("of its own");
  };
  await expect(reader.show(file, FULL, failing)).rejects.toThrow("of its own");
  expect((await decode(file)).width).toBe(240);
});

test("many pictures at once, damaged ones among them, do not disturb each other", async () => {
  const sound = [toJpeg(PIXELS), await toPng(PIXELS), await toWebp(PIXELS, { lossless: 1 })];
  const expected = await Promise.all(sound.map((file) => decode(file)));
  const all = Array.from({ length: 60 }, (_, i) => {
    const file = sound[i % 3]!;
    return i % 4 === 1
      ? expect(decode(file.subarray(0, file.length >> 1))).rejects.toMatchObject({ status: 422 })
      : decode(file).then((image) => expectSame(image, expected[i % 3]!));
  });
  await Promise.all(all);
});
