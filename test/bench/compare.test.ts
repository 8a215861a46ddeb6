/** The parts of the comparison that can be wrong without anything looking wrong. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mismatch } from "../../bench/compare/measure/check.js";
import { ownTime, startRatio, type CompiledStart } from "../../bench/compare/measure/compiled.js";
import { beforeRatioOf, ratioOf, type Row } from "../../bench/compare/measure/rows.js";
import { figure } from "../../bench/compare/measure/statistics.js";
import { floatInterface } from "../../bench/compare/models/float-interface.js";
import { transpose } from "../../bench/compare/models/transpose.js";
import { parseOptions } from "../../bench/compare/options.js";
import { seededNetwork } from "../../bench/models.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { loadModel } from "../../src/index.js";
import { temporaryFolder } from "../support/files.js";

const folder = temporaryFolder();

test("an int8 network with float32 outside computes the same", async () => {
  const graph = seededNetwork(0.25, 32, "int8");
  const inner = await loadModel(writeTflite(graph));
  const outer = await loadModel(writeTflite(floatInterface(graph)));
  const input = Int8Array.from({ length: 32 * 32 * 3 }, (_, i) => ((37 * i) % 256) - 128);
  const { scale, zeroPoint } = inner.inputs[0]!;
  const [expected] = inner.run(input);
  const [output] = outer.run(Float32Array.from(input, (value) => scale! * (value - zeroPoint!)));
  expect(output!.dtype).toBe("float32");
  const real = Array.from(expected!.data, (value) => expected!.scale! * (value - expected!.zeroPoint!));
  expect(Array.from(output!.data)).toEqual(real);
});

test("transpose() moves dimensions", () => {
  const data = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  const moved = transpose({ shape: [2, 3, 2], data }, [2, 0, 1]);
  expect(moved.shape).toEqual([2, 2, 3]);
  expect(Array.from(moved.data)).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
});

test("figure() has the quartiles", () => {
  expect(figure([4, 1, 3, 2, 5])).toEqual({ min: 1, median: 3, low: 2, high: 4, count: 5 });
  expect(figure([1, 2]).median).toBe(1.5);
});

describe("mismatch()", () => {
  test.each([
    ["float32", [0.2, 0.50005], undefined],
    ["float32", [0.2, 0.502], /differs by/],
    ["float32", [0.2, NaN], /differs by NaN/],
    ["float32", [0.2], /1 elements instead of 2/],
    ["uint8", [0, 3], undefined],
    ["uint8", [1, 0], /the largest is element 0 instead of 1/],
  ] as const)("%s %j", (precision, output, expected) => {
    const wrong = mismatch(output, precision === "uint8" ? [0, 1] : [0.2, 0.5], precision);
    if (expected) expect(wrong).toMatch(expected);
    else expect(wrong).toBeUndefined();
  });
});

test("the ratio is to the best rival in WebAssembly, native code and failures aside", () => {
  const outcomes: Row["outcomes"] = {
    ours: figure([2]),
    tfjs: figure([4]),
    ort: figure([3]),
    litert: { failure: "wrong", reason: "" },
    "ort-native": figure([1]),
  };
  expect(ratioOf({ quantity: "picture", threads: 1, outcomes })).toBe(1.5);
});

test("the ratio to another checkout is of minima or of medians, and above 1 where ours is faster", () => {
  const outcomes: Row["outcomes"] = { ours: figure([2, 4, 5]), before: figure([3, 3, 4]) };
  const row: Row = { quantity: "picture", threads: 1, outcomes };
  expect(beforeRatioOf(row, "min")).toBe(1.5);
  expect(beforeRatioOf(row, "median")).toBe(0.75);
  expect(beforeRatioOf({ ...row, outcomes: { ours: figure([2]) } }, "min")).toBeUndefined();
});

describe("the start of a compiled model", () => {
  const start: CompiledStart = {
    work: { network: "0.25/128", precision: "uint8" },
    empty: figure([40, 50, 60]),
    ways: { before: figure([90, 120, 130]), ours: figure([80, 90, 100]), module: figure([50, 60, 70]) },
  };

  test("leaves out the empty script's", () => {
    expect(ownTime(start, "module", "min")).toBe(10);
    expect(ownTime(start, "module", "median")).toBe(10);
    expect(ownTime(start, "image", "min")).toBeUndefined();
  });

  test("is compared with the other checkout's .tflite, or without one with ours", () => {
    expect(startRatio(start, "module", "min")).toBe(5);
    expect(startRatio(start, "module", "median")).toBe(7);
    const { before: _, ...ways } = start.ways;
    expect(startRatio({ ...start, ways }, "module", "min")).toBe(4);
  });
});

describe("parseOptions()", () => {
  test("--only narrows each kind that it names", () => {
    const { works, parts } = parseOptions(["--only", "0.25/128,0.5/160,int8,speed"])!;
    expect(works).toEqual([
      { network: "0.5/160", precision: "int8" },
      { network: "0.25/128", precision: "int8" },
    ]);
    expect(parts).toEqual(["speed"]);
  });

  test("--wide adds an engine to those chosen", () => {
    expect(parseOptions([])!.engines).not.toContain("ours-wide");
    expect(parseOptions(["--engines", "ort-native,ours", "--wide"])!.engines).toEqual([
      "ours",
      "ours-wide",
      "ort-native",
    ]);
  });

  test("--against adds the other checkout to the engines chosen", () => {
    const checkout = folder();
    mkdirSync(join(checkout, "build"));
    writeFileSync(join(checkout, "build", "index.js"), "");
    const { engines, against } = parseOptions(["--engines", "ours", "--against", checkout])!;
    expect(engines).toEqual(["ours", "before"]);
    expect(against).toBe(checkout);
    expect(parseOptions([])!.engines).not.toContain("before");
    expect(() => parseOptions(["--engines", "before"])).toThrow("--engines");
  });

  test.each([
    ["--only", "int4"],
    ["--engines", "tensorrt"],
    ["--node", "/nowhere"],
    ["--seconds", "0"],
    ["--launches", "0"],
    ["--against", "/nowhere"],
    ["--fast"],
  ])("%s %s is refused", (...args) => expect(() => parseOptions(args)).toThrow(args[0]));
});
