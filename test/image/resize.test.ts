import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { centralCrop, squeezed, viewOf, type Box, type Picture } from "../../src/image/picture.js";
import { resize } from "../../src/image/resize.js";
import { seededRandom } from "../../src/models/random.js";

const WHITE = [255, 255, 255] as const;

function noise(width: number, height: number, channels: number, seed: number): Picture {
  const random = seededRandom(seed);
  return {
    data: Uint8Array.from({ length: width * height * channels }, () => Math.floor(256 * random())),
    width,
    height,
  };
}

function resized(
  image: Picture,
  width: number,
  height: number,
  { antialias = false, box = whole(image) } = {},
): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  resize(image, squeezed(box, width, height), { data: out, width, height }, { antialias, background: WHITE });
  return out;
}

function whole({ width, height }: Picture): Box {
  return { x: 0, y: 0, width, height };
}

/** The definition, pixel by pixel: half-pixel centres, edges repeated, everything in float64, rounded half up. */
function definition({ data, width: pitch }: Picture, box: Box, width: number, height: number): Uint8Array {
  const { width: w, height: h } = box;
  const at = (x: number, y: number, c: number) => {
    const column = Math.min(Math.max(x, 0), w - 1);
    const row = Math.min(Math.max(y, 0), h - 1);
    return data[((box.y + row) * pitch + box.x + column) * 3 + c]!;
  };
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const c = i % 3;
    const px = ((Math.floor(i / 3) % width) + 0.5) * (w / width) - 0.5;
    const py = (Math.floor(i / 3 / width) + 0.5) * (h / height) - 0.5;
    const [x, y] = [Math.floor(px), Math.floor(py)];
    const top = at(x, y, c) + (at(x + 1, y, c) - at(x, y, c)) * (px - x);
    const bottom = at(x, y + 1, c) + (at(x + 1, y + 1, c) - at(x, y + 1, c)) * (px - x);
    return Math.floor(top + (bottom - top) * (py - y) + 0.5);
  });
}

const side = fc.integer({ min: 1, max: 40 });

describe("bilinear resize", () => {
  test("is its definition, to the byte", () => {
    const cases = fc.record({
      w: side,
      h: side,
      width: side,
      height: side,
      crop: fc.constantFrom(1, 0.875, 0.5),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ w, h, width, height, crop, seed }) => {
        const image = noise(w, h, 3, seed);
        const box = centralCrop(image, crop);
        expect(resized(image, width, height, { box })).toEqual(definition(image, box, width, height));
      }),
    );
  });

  test("of an opaque RGBA picture is that of its RGB", () => {
    const rgb = noise(31, 17, 3, 1);
    const rgba = Uint8ClampedArray.from({ length: 31 * 17 * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : rgb.data[Math.floor(i / 4) * 3 + (i % 4)]!,
    );
    for (const antialias of [false, true]) {
      expect(resized({ ...rgb, data: rgba }, 9, 8, { antialias })).toEqual(resized(rgb, 9, 8, { antialias }));
    }
  });

  test("lays transparent pixels over the background", () => {
    const image = { data: Uint8Array.from([10, 20, 30, 0, 10, 20, 30, 128, 10, 20, 30, 255]), width: 3, height: 1 };
    const mixed = [10, 20, 30].map((value, c) => Math.round((value * 128 + WHITE[c]! * 127) / 255));
    for (const antialias of [false, true]) {
      expect(Array.from(resized(image, 3, 1, { antialias }))).toEqual([255, 255, 255, ...mixed, 10, 20, 30]);
    }
  });
});

describe("antialiased resize", () => {
  test("keeps a flat picture flat", () => {
    fc.assert(
      fc.property(side, side, side, side, fc.nat(255), (w, h, width, height, value) => {
        const image = { data: new Uint8Array(w * h * 3).fill(value), width: w, height: h };
        expect(new Set(resized(image, width, height, { antialias: true }))).toEqual(new Set([value]));
      }),
    );
  });

  test("is bilinear when it enlarges", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const image = noise(7, 5, 3, seed);
        const [smooth, plain] = [resized(image, 16, 13, { antialias: true }), resized(image, 16, 13)];
        const worst = smooth.reduce((max, value, i) => Math.max(max, Math.abs(value - plain[i]!)), 0);
        expect(worst).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("is the weighted mean below a triangle", () => {
    // Four pixels to one: centre 2, radius 4, so the weights are 5/8, 7/8, 7/8, 5/8 of their sum.
    const values = [0, 100, 200, 60];
    const image = { data: Uint8Array.from(values.flatMap((value) => [value, value, value])), width: 4, height: 1 };
    const mean = (100 * 7 + 200 * 7 + 60 * 5) / 24;
    expect(resized(image, 1, 1, { antialias: true })[0]).toBe(Math.floor(mean + 0.5));
  });

  test("sees a fine pattern as grey, which bilinear does not", () => {
    const stripes = {
      data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => ((Math.floor(i / 3) % 64) % 2 ? 255 : 0)),
      width: 64,
      height: 64,
    };
    const grey = resized(stripes, 5, 5, { antialias: true });
    expect(grey.every((value) => Math.abs(value - 127.5) < 12)).toBe(true);
    expect(resized(stripes, 5, 5).some((value) => Math.abs(value - 127.5) > 60)).toBe(true);
  });
});

test.each([true, false])(
  "a picture with its fields in its prototype, as ImageData has them, antialias %s",
  (antialias) => {
    const picture = noise(23, 17, 4, 9);
    class Getters {
      get data() {
        return picture.data;
      }
      get width() {
        return picture.width;
      }
      get height() {
        return picture.height;
      }
    }
    expect(resized(new Getters(), 8, 6, { antialias })).toEqual(resized(picture, 8, 6, { antialias }));
  },
);

describe("central crop", () => {
  test.each([
    [1920, 1080, 0.875, { x: 120, y: 67, width: 1680, height: 946 }],
    [7, 5, 0.875, { x: 0, y: 0, width: 7, height: 5 }],
    [100, 50, 1, { x: 0, y: 0, width: 100, height: 50 }],
    [3, 3, 0.01, { x: 1, y: 1, width: 1, height: 1 }],
  ])("of %d×%d keeps %d", (width, height, fraction, box) => {
    expect(centralCrop({ data: new Uint8Array(0), width, height }, fraction)).toEqual(box);
  });
});

describe("a picture that covers its input", () => {
  const view = (width: number, height: number, size: number) =>
    viewOf({ data: new Uint8Array(0), width, height }, "cover", size, size);

  test.each([
    // 640 · 224 / 480 = 298.67 becomes 299, of which (299 - 224) / 2 = 37.5 becomes 37 to the left.
    [640, 480, 224, { scaledWidth: 299, scaledHeight: 224, left: 37, top: 0 }],
    [480, 640, 224, { scaledWidth: 224, scaledHeight: 299, left: 0, top: 37 }],
    [224, 224, 224, { scaledWidth: 224, scaledHeight: 224, left: 0, top: 0 }],
    [1, 3, 10, { scaledWidth: 10, scaledHeight: 30, left: 0, top: 10 }],
    // 49 · (224 / 49) is more than 224 in float64.
    [
      49,
      49,
      224,
      { scaledWidth: Math.ceil(49 * (224 / 49)), scaledHeight: Math.ceil(49 * (224 / 49)), left: 0, top: 0 },
    ],
  ])("of %d×%d as %d", (width, height, size, scaled) => {
    expect(view(width, height, size)).toEqual({ x: 0, y: 0, width, height, ...scaled });
  });

  test.each([false, true])("is the middle of the whole picture, scaled; antialias %s", (antialias) => {
    for (const [width, height, size] of [
      [50, 31, 20],
      [9, 23, 16],
      [30, 30, 7],
    ] as const) {
      // prettier-ignore
      const image = noise(width, height, 3, width);
      const { scaledWidth, scaledHeight, left, top } = view(width, height, size);
      const all = resized(image, scaledWidth, scaledHeight, { antialias });
      const got = new Uint8Array(size * size * 3);
      resize(
        image,
        view(width, height, size),
        { data: got, width: size, height: size },
        { antialias, background: WHITE },
      );
      for (let y = 0; y < size; ++y) {
        const start = ((top + y) * scaledWidth + left) * 3;
        expect(got.slice(y * size * 3, (y + 1) * size * 3)).toEqual(all.slice(start, start + size * 3));
      }
    }
  });
});
