/** The check of inputs: every number that is not finite is found, wherever it is; all others pass. */
import { describe, expect, test } from "vitest";
import { areFinite } from "../../src/runtime/finite.js";
import { instantiateKernels } from "../../src/runtime/kernels.js";
import { BUILDS, modulesOf } from "../support/modules.js";

const LENGTH = 21;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
/** An address that is no multiple of 16. */
const ADDRESS = 20;

/** Each implementation, on numbers that lie among others which are not finite. */
const CHECKS = [
  ["TypeScript", async () => areFinite] as const,
  ...BUILDS.map((build) => {
    const load = async () => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      const { f32_areFinite } = await instantiateKernels(modulesOf(build).base, memory);
      return (x: Float32Array) => {
        new Float32Array(memory.buffer).fill(NaN).set(x, ADDRESS / 4);
        return f32_areFinite(ADDRESS, x.length) === 1;
      };
    };
    return [build, load] as const;
  }),
];

describe.each(CHECKS)("the check in %s", (_, load) => {
  test.each([NaN, Infinity, -Infinity])("finds %s at any position", async (wrong) => {
    const check = await load();
    for (let length = 1; length <= LENGTH; ++length) {
      for (let i = 0; i < length; ++i) {
        const x = new Float32Array(length).fill(-LARGEST);
        x[i] = wrong;
        expect(check(x), `${wrong} at ${i} of ${length}`).toBe(false);
      }
    }
  });

  test("finds a NaN of any sign and payload", async () => {
    const check = await load();
    for (const bits of [0x7f800001, 0x7fffffff, 0x7fc00000, 0xff800001, 0xffffffff, 0xffc00000]) {
      const x = new Float32Array(LENGTH);
      new Uint32Array(x.buffer)[7] = bits;
      expect(check(x), bits.toString(16)).toBe(false);
    }
  });

  test.each([0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, LARGEST, -LARGEST, 1, -1])("passes %s", async (value) => {
    const check = await load();
    for (let length = 1; length <= LENGTH; ++length) expect(check(new Float32Array(length).fill(value))).toBe(true);
  });
});
