/** The structure of JPEG files, and that decoding them is bounded by it. */
import jpeg from "jpeg-js";
import { describe, expect, test } from "vitest";
import { decodeImage, MAX_SCANNED_PIXELS } from "../../src/cli/decode.js";
import { readJpeg } from "../../src/cli/jpeg.js";
import { flatJpeg } from "../support/jpeg.js";

const BASELINE = new Uint8Array(jpeg.encode({ data: new Uint8Array(40 * 30 * 4), width: 40, height: 30 }).data);

describe("readJpeg", () => {
  test.each([
    [1, true, 1],
    [1, true, 9],
    [3, true, 25],
    [3, false, 1],
    [3, false, 4],
    [4, true, 6],
  ] as const)("counts %d components, progressive: %s, %d scans", (components, progressive, scans) => {
    const file = flatJpeg({ width: 200, height: 90, components, progressive, scans });
    expect(readJpeg(file)).toEqual({ width: 200, height: 90, components, scans, isWhole: true });
  });

  test("reads what an encoder writes", () => {
    expect(readJpeg(BASELINE)).toEqual({ width: 40, height: 30, components: 3, scans: 1, isWhole: true });
  });

  test("tells a file that is cut anywhere from a whole one", () => {
    const file = flatJpeg({ width: 64, height: 64, components: 3, scans: 4 });
    for (let length = 0; length < file.length; ++length) {
      expect(readJpeg(file.subarray(0, length))?.isWhole ?? false).toBe(false);
    }
  });

  test("counts no scans after the end of the picture", () => {
    const twice = Uint8Array.from([...BASELINE, ...BASELINE]);
    expect(readJpeg(twice)).toEqual(readJpeg(BASELINE));
  });
});

describe("decodeImage", () => {
  test("decodes as many scans as encoders write", async () => {
    const { width, height } = await decodeImage(flatJpeg({ width: 300, height: 200, components: 3, scans: 12 }));
    expect([width, height]).toEqual([300, 200]);
  });

  test.each([true, false])("refuses more scans than it has time for, progressive: %s", async (progressive) => {
    const size = { width: 4000, height: 4000, components: 1, progressive } as const;
    const scans = Math.floor(MAX_SCANNED_PIXELS / 4000 ** 2) + 1;
    await expect(decodeImage(flatJpeg({ ...size, scans }))).rejects.toThrow(
      `JPEG of 4000×4000 pixels in ${scans} scans, which would take too long to decode`,
    );
  });

  test("says that CMYK is not decoded", async () => {
    await expect(decodeImage(flatJpeg({ width: 16, height: 16, components: 4 }))).rejects.toThrow(/^CMYK JPEG/);
  });

  test.each([
    ["baseline", BASELINE],
    ["progressive", flatJpeg({ width: 640, height: 480, components: 3, scans: 4 })],
  ])("refuses a %s file that is cut, whether or not its end is marked, and decodes the next", async (_, file) => {
    for (const share of [0.6, 0.8, 0.99]) {
      const half = file.subarray(0, Math.floor(file.length * share));
      await expect(decodeImage(half)).rejects.toThrow("damaged image");
    }
    expect((await decodeImage(file)).width).toBeGreaterThan(0);
  });

  test("refuses a baseline file whose data end early although its end is marked", async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 4 }, (_, i) => (i * 7919) % 251);
    const file = jpeg.encode({ data: noise, width: 64, height: 64 }).data;
    const cut = Uint8Array.from([...file.subarray(0, file.length >> 1), 0xff, 0xd9]);
    await expect(decodeImage(cut)).rejects.toThrow("damaged image");
  });
});
