import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { WeightsManifest } from "../../../src/formats/tfjs/weights.js";
import { storeWeights, type StoredWeight } from "../../support/weights.js";

const WEIGHTS: readonly StoredWeight[] = [
  {
    name: "bytes",
    shape: [2, 3],
    dtype: "float32",
    quantization: { dtype: "uint8", scale: 0.1, min: -1.5 },
    data: Uint8Array.of(0, 1, 2, 100, 254, 255),
  },
  {
    name: "step over",
    shape: [],
    dtype: "int32",
    quantization: { scale: 3.01, dtype: "uint8", min: -4 },
    data: Uint8Array.of(2),
  },
  // At byte 7: aligned for no type.
  { name: "floats", shape: [3], dtype: "float32", data: Float32Array.of(1.5, -2, 1e-30) },
  {
    name: "words",
    shape: [2],
    dtype: "float32",
    quantization: { dtype: "uint16", scale: 1e-4, min: 0.25 },
    data: Uint16Array.of(0, 65535),
  },
  {
    name: "halves",
    shape: [1, 3],
    dtype: "float32",
    quantization: { dtype: "float16" },
    data: Uint16Array.of(0x3c00, 0xc000, 0x0001),
  },
  { name: "integers", shape: [2], dtype: "int32", data: Int32Array.of(-7, 2 ** 30) },
  { name: "nothing", shape: [0, 4], dtype: "float32", data: new Float32Array(0) },
];

const NUMBERS: Readonly<Record<string, Float32Array | Int32Array>> = {
  bytes: Float32Array.from([0, 1, 2, 100, 254, 255], (q) => q * 0.1 + -1.5),
  "step over": Int32Array.of(2), // 2 · 3.01 - 4 = 2.02
  floats: Float32Array.of(1.5, -2, 1e-30),
  words: Float32Array.of(0.25, 65535 * 1e-4 + 0.25),
  halves: Float32Array.of(1, -2, 2 ** -24),
  integers: Int32Array.of(-7, 2 ** 30),
  nothing: new Float32Array(0),
};

/** The manifest of one group, changed. */
function manifest(change: Readonly<Record<string, unknown>>): unknown {
  const { manifest: groups } = storeWeights(WEIGHTS.slice(2, 3));
  return [{ ...groups[0], ...change }];
}

function entry(change: Readonly<Record<string, unknown>>): unknown {
  return manifest({ weights: [{ name: "w", shape: [1], dtype: "float32", ...change }] });
}

describe("weights", () => {
  test.each([Infinity, 16, 5, 1])("in shards of %s bytes", (shardBytes) => {
    const { manifest: json, shards } = storeWeights(WEIGHTS, shardBytes);
    const read = new WeightsManifest(json);
    expect(read.paths).toEqual([...shards.keys()]);
    const tensors = read.read(shards);
    expect([...tensors.keys()]).toEqual(WEIGHTS.map(({ name }) => name));
    for (const { name, shape, dtype } of WEIGHTS) {
      expect(tensors.get(name)).toEqual({ name, shape, dtype, data: NUMBERS[name] });
    }
  });

  test("in several groups, found by name and not by order", () => {
    const groups = WEIGHTS.map((weight) => storeWeights([weight])).toReversed();
    const json = groups.map(({ manifest: [group] }, i) => ({ ...group, paths: [`folder/${i}.bin`] }));
    const shards = new Map(groups.map((group, i) => [`folder/${i}.bin`, [...group.shards.values()][0]!]));
    const tensors = new WeightsManifest(json).read(shards);
    for (const { name } of WEIGHTS) expect(tensors.get(name)!.data).toEqual(NUMBERS[name]);
  });

  test("rounded once, from float64", () => {
    const quantization = { dtype: "uint8", scale: 0.003333333333333333, min: -0.1 };
    const weight = { name: "w", shape: [256], dtype: "float32", quantization, data: new Uint8Array(256) };
    for (let q = 0; q < 256; ++q) weight.data[q] = q;
    const { manifest: json, shards } = storeWeights([weight]);
    const { data } = new WeightsManifest(json).read(shards).get("w")!;
    for (let q = 0; q < 256; ++q) expect(data![q]).toBe(Math.fround(q * quantization.scale + quantization.min));
  });
});

describe("paths", () => {
  test.each(
    [
      "/etc/passwd",
      "../shard",
      "a/../../b",
      "a/./b",
      "././a",
      "",
      "a//b",
      "https://host/shard",
      "//host/shard",
      "C:x",
    ].concat(
      ["data:,x", "a\\..\\b", "\\\\host\\a", "a\0b", "a\nb"], // prettier-ignore
    ),
  )("%j is refused", (path) => {
    expect(() => new WeightsManifest(manifest({ paths: [path] }))).toThrow(FormatError);
    expect(() => new WeightsManifest(manifest({ paths: [path] }))).toThrow(/path expected one below/);
  });

  test.each(["group1-shard1of1", "weights/group1-shard1of2.bin", "..a/b..", "a b", "ä%2e%2e"])("%j is fine", (path) => {
    expect(new WeightsManifest(manifest({ paths: [path] })).paths).toEqual([path]);
  });

  test("in the folder itself are read, too", () => {
    expect(new WeightsManifest(manifest({ paths: ["./my-model.weights.bin"] })).paths).toEqual([
      "my-model.weights.bin",
    ]);
  });
});

describe("a manifest is refused", () => {
  test.each<[string, unknown, typeof FormatError | typeof UnsupportedError, RegExp]>([
    ["that is no array", { a: 1 }, FormatError, /weights manifest expected an array, got Object/],
    ["with a group that is none", [null], FormatError, /weights group 0 expected an object, got null/],
    ["without paths", manifest({ paths: undefined }), FormatError, /paths expected an array/],
    ["with a path that is no text", manifest({ paths: [1] }), FormatError, /path expected a string, got 1/],
    ["with a path twice", manifest({ paths: ["a", "a"] }), FormatError, /path "a" expected once/],
    [
      "with a name twice",
      manifest({ weights: [0, 1].map(() => ({ name: "w", shape: [1], dtype: "int32" })) }),
      FormatError,
      /weight "w" expected once/,
    ],
    ["with a negative size", entry({ shape: [-1] }), FormatError, /"w": shape\[0\] expected a whole number/],
    ["with a broken size", entry({ shape: [1.5] }), FormatError, /"w": shape\[0\] expected a whole number/],
    ["with a size too much", entry({ shape: [1e300] }), FormatError, /"w": shape\[0\] expected a whole number/],
    ["with strings", entry({ dtype: "string" }), UnsupportedError, /"w": dtype expected float32 or int32/],
    ["with an inherited dtype", entry({ dtype: "toString" }), UnsupportedError, /"w": dtype/],
    ["with 4 bits", entry({ quantization: { dtype: "uint4" } }), UnsupportedError, /"w": quantization.dtype/],
    ["without scale", entry({ quantization: { dtype: "uint8", min: 0 } }), FormatError, /"w": quantization.scale/],
    ["with text as min", entry({ quantization: { dtype: "uint8", scale: 1, min: "0" } }), FormatError, /"w": .*min/],
    [
      "with half precision integers",
      entry({ dtype: "int32", quantization: { dtype: "float16" } }),
      UnsupportedError,
      /"w": quantization.dtype/,
    ],
  ])("%s", (_, json, type, message) => {
    expect(() => new WeightsManifest(json)).toThrow(type);
    expect(() => new WeightsManifest(json)).toThrow(message);
  });
});

describe("shards are refused", () => {
  const { manifest: json, shards } = storeWeights(WEIGHTS, 16);
  const [first] = shards.keys() as unknown as [string];

  test.each<[string, Map<string, Uint8Array>, RegExp]>([
    ["that are missing", new Map(), /the shard "group1-shard1of3.bin" is missing/],
    ["that are short", new Map([...shards, [first, new Uint8Array(15)]]), /expected 37 bytes in its shards, got 36/],
    ["that are long", new Map([...shards, [first, new Uint8Array(17)]]), /expected 37 bytes in its shards, got 38/],
  ])("%s", (_, files, message) => {
    expect(() => new WeightsManifest(json).read(files)).toThrow(FormatError);
    expect(() => new WeightsManifest(json).read(files)).toThrow(message);
  });

  test("before anything is allocated for sizes without bytes", () => {
    const huge = new WeightsManifest(entry({ shape: [2 ** 50, 2 ** 50] }));
    expect(() => huge.read(new Map([[huge.paths[0]!, new Uint8Array(12)]]))).toThrow(/in its shards, got 12/);
    const zero = new WeightsManifest(entry({ shape: [...Array<number>(40).fill(2 ** 53 - 1), 0] }));
    expect(() => zero.read(new Map([[zero.paths[0]!, new Uint8Array(12)]]))).toThrow(/in its shards, got 12/);
  });
});
