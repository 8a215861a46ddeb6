/** The options of custom operators: read as they were written, and refused when damaged. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { readFlexMap, writeFlexMap } from "../../../src/formats/tflite/flexbuffer.js";

const OPTIONS = {
  max_detections: 10,
  use_regular_nms: true,
  nms_iou_threshold: 0.6000000238418579,
  y_scale: 10,
  negative: -3,
};

/**
 * The same kind of map as TensorFlow's exporter writes it, by hand from the format's description: { a: 300, b: 0.5 } with
 * values two and four bytes wide, the number at an offset.
 */
// prettier-ignore
const BY_HAND = Uint8Array.of(
  0x61, 0, 0x62, 0, // "a", "b"
  0, 0, 0, 0x3f, // 0.5 in four bytes
  2, 9, 8, // keys: two of them, 9 and 8 bytes back
  0, // so that the map is aligned
  3, 0, 1, 0, 2, 0, // keys 3 bytes back, their offsets one byte wide, two values
  0x2c, 1, // 300
  16, 0, // 16 bytes back
  (1 << 2) | 1, (8 << 2) | 2, // integer of two bytes; number of four at an offset
  6, (9 << 2) | 1, 1, // the root: a map 6 bytes back whose values have two bytes
);

test("are read as they were written", () => {
  expect(Object.fromEntries(readFlexMap(writeFlexMap(OPTIONS)))).toEqual({ ...OPTIONS, use_regular_nms: 1 });
  expect(readFlexMap(writeFlexMap({})).size).toBe(0);
});

test("are read in other widths", () => {
  expect(Object.fromEntries(readFlexMap(BY_HAND))).toEqual({ a: 300, b: 0.5 });
});

test("any numbers come back", () => {
  const values = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,12}$/),
    fc.oneof(
      fc.integer(),
      fc.float({ noNaN: true, noDefaultInfinity: true }).filter((v) => !Number.isInteger(v)),
    ),
  );
  fc.assert(
    fc.property(values, (map) => {
      expect(readFlexMap(writeFlexMap(map))).toEqual(
        new Map(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      );
    }),
  );
});

test("any bytes give a map or a FormatError", () => {
  const sound = writeFlexMap(OPTIONS);
  const flipped = fc
    .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((flips) => {
      const bytes = sound.slice();
      for (const [at, value] of flips) bytes[at] = value;
      return bytes;
    });
  const cut = fc.nat(sound.length - 1).map((length) => sound.slice(sound.length - length));
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), flipped, cut), (bytes) => {
      try {
        expect(readFlexMap(bytes).size).toBeLessThanOrEqual(1000);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        ++refused;
      }
    }),
    { numRuns: 3000 },
  );
  expect(refused).toBeGreaterThan(100);
});
