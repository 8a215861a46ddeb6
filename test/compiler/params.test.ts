/** Parameters in memory: every field in its place, views shared, nothing left out. */
import { expect, test } from "vitest";
import { KERNELS, LAYOUTS } from "../../build/abi.js";
import { RARE_KERNELS } from "../../build/abi.rare.js";
import { call, type Packed, type View } from "../../src/compiler/call.js";
import { paramsBytes, ParamsWriter } from "../../src/compiler/params.js";
import { BUILDS, buildFile } from "../support/modules.js";

const START = 4096;
const fields = { images: 1, height: 3, width: 5, channels: 7, pixelBytes: 32, zeroPoint: 0, flip: 0 };
const view = (tensor: number): View => ({ of: { tensor, layout: "nChw8c" }, fields });
const weights: Packed = { bytes: 64, write: () => undefined };

function add(other: View) {
  const params = { input: view(0), other, output: view(2), factor: 1, otherFactor: 2, shift: 3, lo: -1.5, hi: 6 };
  return call("f32_add", params, { blocks: 1 });
}

function writerFor(calls: Parameters<typeof paramsBytes>[0]) {
  return new ParamsWriter(START, paramsBytes(calls), {
    stored: ({ tensor }) => 65536 + tensor,
    packed: () => 77,
    zeros: 88,
  });
}

/** The fields of a record by name. */
function read(bytes: Uint8Array, address: number, name: keyof typeof LAYOUTS): Record<string, number> {
  const data = new DataView(bytes.buffer, address - START);
  const entries = LAYOUTS[name].map(([field, type], i) => [
    field,
    type === "f32" ? data.getFloat32(4 * i, true) : data.getInt32(4 * i, true),
  ]);
  return Object.fromEntries(entries) as Record<string, number>;
}

test("fields lie in the order of the class, floats as floats, views behind addresses", () => {
  const one = add(view(1));
  const writer = writerFor([one]);
  const written = read(writer.bytes, writer.write(one), "Binary");
  expect(written).toMatchObject({ factor: 1, otherFactor: 2, shift: 3, lo: -1.5, hi: 6 });
  expect(read(writer.bytes, written["other"]!, "Rows")).toEqual({ ...fields, address: 65537, onTile: 0 });
});

test("a constant operand and the row of zeros get their addresses", () => {
  const constant = add({ of: weights, fields });
  const window = { kernelHeight: 3, kernelWidth: 3, strideHeight: 1, strideWidth: 1, dilationHeight: 1 };
  const depthwise = call(
    "f32_depthwise",
    {
      ...window,
      dilationWidth: 1,
      padTop: 1,
      padLeft: 1,
      input: view(0),
      output: { of: "tile", fields },
      weights,
      padding: "zeros",
      groups: 1,
      depthMultiplier: 1,
      lo: 0,
      hi: 6,
      round: 0,
    },
    { blocks: 1 },
  );
  const writer = writerFor([constant, depthwise]);
  const written = read(writer.bytes, writer.write(constant), "Binary");
  expect(read(writer.bytes, written["other"]!, "Rows")["address"]).toBe(77);
  const convolution = read(writer.bytes, writer.write(depthwise), "Convolution");
  expect(convolution).toMatchObject({ weights: 77, padding: 88, padTop: 1 });
  expect(read(writer.bytes, convolution["output"]!, "Rows")).toMatchObject({ address: 0, onTile: 1 });
});

test("equal views are written once", () => {
  const calls = [add(view(1)), add(view(1))];
  const writer = writerFor(calls);
  const [first, second] = calls.map((each) => read(writer.bytes, writer.write(each), "Binary"));
  expect(first).toEqual(second);
});

test.each(["rare", ...BUILDS.filter((build) => build !== "wide")])(
  "the %s module has its kernels and no other",
  (build) => {
    const module = new WebAssembly.Module(buildFile(`kernels.${build}.wasm`));
    const helpers = new Set(["f32_areFinite", "interleave", "interleavePairs", "q8_dotsUnsigned"]);
    const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function");
    const names = functions.map(({ name }) => name);
    const kernels = build === "rare" ? RARE_KERNELS : KERNELS;
    expect(names.filter((name) => !helpers.has(name)).toSorted()).toEqual(Object.keys(kernels).toSorted());
  },
);
