/** The bytes and sums that q8_narrow leaves on the tile, unsigned and signed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { LAYOUTS } from "../../build/abi.js";
import { instantiateKernels } from "../../src/runtime/kernels.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { seededRandom } from "../../src/models/random.js";
import { seeds } from "../support/shapes.js";

/** Writes a record of 32-bit integers by the names of its fields. */
function write(view: DataView, address: number, layout: "Narrow" | "Rows", fields: Record<string, number>): void {
  for (const [i, [name]] of LAYOUTS[layout].entries()) view.setInt32(address + 4 * i, fields[name] ?? 0, true);
}

test.each(BUILDS)("bytes and sums, %s", async (build) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const kernels = await instantiateKernels(modulesOf(build).base, memory);
  const view = new DataView(memory.buffer);
  const [input, tile] = [4096, 32768];
  const cases = fc.record({
    width: fc.integer({ min: 1, max: 9 }),
    blocks: fc.integer({ min: 1, max: 5 }),
    zeroPoint: fc.integer({ min: 0, max: 255 }),
    weightOffset: fc.integer({ min: -255, max: 255 }),
    flip: fc.constantFrom(0, 0x80),
    seed: seeds,
  });
  fc.assert(
    fc.property(cases, ({ width, blocks, zeroPoint, weightOffset, flip, seed }) => {
      const random = seededRandom(seed);
      const bytes = Uint8Array.from({ length: width * blocks * 8 }, () => Math.floor(256 * random()));
      new Int16Array(memory.buffer, input, bytes.length).set(Array.from(bytes, (byte) => byte - zeroPoint));
      const rows = { address: input, images: 1, height: 1, width, channels: blocks * 8, pixelBytes: 16, zeroPoint };
      write(view, 1024, "Narrow", { input: 2048, flip, weightOffset });
      write(view, 2048, "Rows", rows);
      kernels.q8_narrow(1024, tile, 0, 1, 0, blocks);
      const written = new Uint8Array(memory.buffer, tile, bytes.length);
      expect(written).toEqual(bytes.map((byte) => byte ^ flip));
      if (!weightOffset) return;
      const sums = new Int32Array(memory.buffer, Math.ceil((tile + bytes.length) / 16) * 16, width);
      for (let pixel = 0; pixel < width; ++pixel) {
        const ofPixel = bytes.filter((_, i) => Math.floor(i / 8) % width === pixel);
        const sum = ofPixel.reduce((total, byte) => total + byte - flip, 0);
        expect(sums[pixel]).toBe(Math.imul(sum, weightOffset)); // which has no -0
      }
    }),
  );
});
