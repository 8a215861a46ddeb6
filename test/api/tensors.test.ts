/** The check of input elements: every number that is not finite is found, wherever it is; all others pass. */
import { describe, expect, test } from "vitest";
import { checkElements } from "../../src/api/tensors.js";

const LENGTH = 21;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

describe("a float32 input", () => {
  const check = (x: Float32Array) => checkElements("input", x, new Float32Array(LENGTH), 1);

  test.each([NaN, Infinity, -Infinity])("must not have %s at any position", (wrong) => {
    for (let i = 0; i < LENGTH; ++i) {
      const x = new Float32Array(LENGTH).fill(-LARGEST);
      x[i] = wrong;
      expect(() => check(x)).toThrow(new RangeError(`"input" must have finite numbers, got ${wrong} at ${i}`));
    }
  });

  test("must not have a NaN of any sign and payload", () => {
    for (const bits of [0x7f800001, 0x7fffffff, 0x7fc00000, 0xff800001, 0xffffffff, 0xffc00000]) {
      const x = new Float32Array(LENGTH);
      new Uint32Array(x.buffer)[7] = bits;
      expect(() => check(x)).toThrow("got NaN at 7");
    }
  });

  test.each([0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, LARGEST, -LARGEST, 1, -1])("may be %s", (value) => {
    expect(check(new Float32Array(LENGTH).fill(value))).toBe(1);
  });

  test("may lie anywhere in its buffer, beside numbers that are not finite", () => {
    const x = new Float32Array(LENGTH + 5).fill(NaN);
    expect(check(x.subarray(3, 3 + LENGTH).fill(1))).toBe(1);
    expect(() => check(x.subarray(4, 4 + LENGTH))).toThrow(`got NaN at ${LENGTH - 1}`);
  });
});
