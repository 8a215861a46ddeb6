/** The package as callers use it: inputs, outputs, wrong arguments, memory. */
import { beforeAll, describe, expect, test, vi } from "vitest";
import { createLoader } from "../../src/api/load.js";
import { DisposedError, SourceError, UnsupportedError } from "../../src/errors.js";
import type { Graph, Network } from "../../src/index.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { seededRandom } from "../../src/models/random.js";
import { bestKernels } from "../../src/runtime/features.js";
import { loadModel } from "../support/load.js";
import { modulesOf } from "../support/modules.js";
import { describeShared, sharedBytes, sharedPath } from "../support/shared.js";

const graph = mobileNetV1({ alpha: 0.25, resolution: 64, classes: 10 });
const LENGTH = 64 * 64 * 3;
const NEEDS_NODE_24 = "V8's revectorization needs Node 24 or later on x64";

function noise(seed: number, length = LENGTH): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => 2 * random() - 1);
}

function picture(width: number, height: number, seed = 1) {
  const random = seededRandom(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => Math.floor(256 * random())), width, height };
}

describe("a network", () => {
  let net: Network;
  beforeAll(async () => {
    net = await loadModel(graph);
  });

  test("says what it takes, gives and costs", () => {
    expect(net.inputs).toEqual([{ name: "input", dtype: "float32", shape: [1, 64, 64, 3] }]);
    expect(net.outputs).toEqual([{ name: "softmax", dtype: "float32", shape: [1, 10] }]);
    expect(net.layers.map(({ type }) => type).filter((type) => type === "depthwise").length).toBe(13);
    expect(net.layers[0]).toMatchObject({
      type: "convolution",
      kernel: [3, 3],
      stride: [2, 2],
      multAdds: 32 * 32 * 27 * 8,
    });
    expect(net.memory.total).toBeGreaterThanOrEqual(net.memory.weights + net.memory.arena + net.memory.scratch);
    expect(net.memory.total % 65536).toBe(0);
    expect(net.runtime.threads).toBe(1);
  });

  test("takes the typed array of its input, or a record", () => {
    const x = noise(1);
    const [alone] = net.run(x);
    const [named] = net.run({ input: x });
    expect(alone).toMatchObject({ name: "softmax", dtype: "float32", shape: [1, 10] });
    expect(named!.data).toEqual(alone!.data);
    expect(Array.from(alone!.data).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  test("takes an array in the order of its inputs, or a record whose names differ", async () => {
    const shape = [1, 4];
    const adder = (second: string): Graph => ({
      tensors: ["x", second, "y"].map((name) => ({ name, shape, dtype: "float32" })),
      ops: [{ type: "add", activation: "none", inputs: [0, 1], outputs: [2] }],
      inputs: [0, 1],
      outputs: [2],
    });
    const [a, b] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(10, 20, 30, 40)];
    const sum = Float32Array.of(11, 22, 33, 44);
    const two = await loadModel(adder("b"));
    expect(two.run([a, b])[0]!.data).toEqual(sum);
    expect(two.run({ b, x: a })[0]!.data).toEqual(sum);
    expect(() => two.run([a])).toThrow(/"input" must have 2 arrays, got 1/);
    expect(() => two.run([a, new Float32Array(3)])).toThrow(/"input\[1\]" must be Float32Array of length 4/);
    expect(() => two.run(a)).toThrow(/"input" must be an array of typed arrays or a record of them, got Float32Array/);
    const same = await loadModel(adder("x"));
    expect(same.run([a, b])[0]!.data).toEqual(sum);
    expect(() => same.run({ x: a })).toThrow(/"input" must be an array of typed arrays: two inputs are named "x"/);
  });

  test("gives arrays that the next run leaves alone", () => {
    const [first] = net.run(noise(1));
    const copy = first!.data.slice();
    net.run(noise(2));
    expect(first!.data).toEqual(copy);
  });

  test.each([
    [
      "nothing",
      undefined,
      TypeError,
      /"input" must be a typed array, an array of typed arrays or a record of them, got undefined/,
    ],
    [
      "bytes for floats",
      new Uint8Array(LENGTH),
      TypeError,
      /"input" must be Float32Array of length 12288, got Uint8Array of length 12288/,
    ],
    [
      "a wrong length",
      new Float32Array(3),
      RangeError,
      /"input" must be Float32Array of length 12288, got Float32Array of length 3/,
    ],
    ["NaN", noise(1).fill(NaN, 77, 78), RangeError, /"input" must have finite numbers, got NaN at 77/],
    [
      "an infinity",
      noise(1).fill(-Infinity, 12287),
      RangeError,
      /"input" must have finite numbers, got -Infinity at 12287/,
    ],
    ["a record without the input", { image: noise(1) }, TypeError, /"input.input" must be Float32Array/],
  ])("refuses %s and answers correctly afterwards", (_, input, type, message) => {
    const [before] = net.run(noise(3));
    const act = () => net.run(input as Float32Array);
    expect(act).toThrow(type as typeof Error);
    expect(act).toThrow(message);
    expect(net.run(noise(3))[0]!.data).toEqual(before!.data);
  });

  test("classifies, best first", () => {
    const classes = net.classify(picture(80, 60), { topK: 3 });
    expect(classes.length).toBe(3);
    expect(classes[0]!.score).toBeGreaterThanOrEqual(classes[1]!.score);
    expect(classes[0]).not.toHaveProperty("label");
    expect(net.classify(picture(80, 60), { topK: 99 }).length).toBe(10);
  });

  test("gives the features before the classifier", () => {
    const features = net.embed(picture(80, 60));
    expect(features.length).toBe(256);
    expect(features.every((value) => value >= 0 && value <= 6)).toBe(true);
    expect(net.embed(picture(80, 60))).toEqual(features);
    expect(net.embed(picture(80, 60, 2))).not.toEqual(features);
  });

  test.each([
    ["no picture", undefined, {}, TypeError, /"image.data" must be/],
    [
      "0×0",
      { data: new Uint8Array(0), width: 0, height: 0 },
      {},
      RangeError,
      /"image.width" must be an integer from 1, got 0/,
    ],
    [
      "fewer bytes than claimed",
      { ...picture(2, 2), width: 30000, height: 30000 },
      {},
      RangeError,
      /"image.data" must have 2700000000 bytes/,
    ],
    ["half a pixel", { ...picture(2, 2), width: 1.5 }, {}, RangeError, /"image.width"/],
    ["NaN pixels", { ...picture(2, 2), height: NaN }, {}, RangeError, /"image.height"/],
    ["a crop of 0", picture(9, 9), { crop: 0 }, RangeError, /"crop" must be above 0 and at most 1/],
    ["a crop of 1.5", picture(9, 9), { crop: 1.5 }, RangeError, /"crop" must be above 0 and at most 1/],
    ["topK 0", picture(9, 9), { topK: 0 }, RangeError, /"topK" must be an integer from 1, got 0/],
    [
      "a background of two bytes",
      picture(9, 9),
      { background: [1, 2] },
      RangeError,
      /"background" must be three bytes/,
    ],
  ])("refuses %s", (_, image, options, type, message) => {
    const before = net.classify(picture(9, 9));
    const act = () => net.classify(image as never, options as never);
    expect(act).toThrow(type as typeof Error);
    expect(act).toThrow(message as RegExp);
    expect(net.classify(picture(9, 9))).toEqual(before);
  });

  test.each([
    [1, 1],
    [1, 500],
    [60000, 1],
  ])("takes a picture of %d×%d", (width, height) => {
    expect(net.classify(picture(width, height)).length).toBe(5);
  });
});

describe("memory", () => {
  test("does not grow over 1000 runs, and the same input gives the same output", async () => {
    const net = await loadModel(graph);
    const x = noise(5);
    const [first] = net.run(x);
    const { total } = net.memory;
    // Results are copies, so the heap is measured where it settles.
    const settle = () => {
      globalThis.gc?.();
      return process.memoryUsage().arrayBuffers;
    };
    for (let i = 0; i < 100; ++i) net.run(x);
    const before = settle();
    for (let i = 0; i < 1000; ++i) net.run(x);
    expect(settle() - before).toBeLessThan(2 ** 20);
    expect(net.memory.total).toBe(total);
    expect(net.run(x)[0]!.data).toEqual(first!.data);
  });

  test("of two networks is apart: interleaved they answer as alone", async () => {
    const other = mobileNetV1({ alpha: 0.25, resolution: 64, classes: 10, seed: 2 });
    const [a, b] = [await loadModel(graph), await loadModel(other)];
    const inputs = [1, 2, 3, 4].map((seed) => noise(seed));
    const aloneA = inputs.map((x) => a.run(x)[0]!.data);
    const aloneB = inputs.map((x) => b.run(x)[0]!.data);
    for (const [i, x] of inputs.entries()) {
      expect(a.run(x)[0]!.data).toEqual(aloneA[i]);
      expect(b.run(x)[0]!.data).toEqual(aloneB[i]);
    }
  });

  test("is let go by dispose()", async () => {
    const net = await loadModel(graph);
    net.dispose();
    net.dispose();
    expect(() => net.run(noise(1))).toThrow(DisposedError);
    expect(() => net.classify(picture(9, 9))).toThrow("the network is disposed");
  });

  test("is refused beyond maxMemory before it is taken", async () => {
    await expect(loadModel(graph, { maxMemory: 100_000 })).rejects.toThrow(
      /"maxMemory" must be at least \d+ bytes for this model, got 100000/,
    );
    const vast = { ...mobileNetV1({ alpha: 0.25, resolution: 8192, classes: 10 }) };
    await expect(loadModel(vast)).rejects.toThrow(/"maxMemory" must be at least/);
  });
});

describe("options", () => {
  test("labels come from an array or a text", async () => {
    const names = Array.from({ length: 10 }, (_, i) => `class ${i}`);
    for (const labels of [names, `${names.join("\r\n")}\n`, new TextEncoder().encode(names.join("\n"))]) {
      const net = await loadModel(graph, { labels });
      expect(net.labels).toEqual(names);
      const [best] = net.classify(picture(9, 9), { topK: 1 });
      expect(best!.label).toBe(`class ${best!.index}`);
    }
    await expect(loadModel(graph, { labels: [1] as never })).rejects.toThrow(/"labels" must be strings, got 1 at 0/);
  });

  test("normalization changes what a float network sees", async () => {
    const plain = await loadModel(graph);
    const same = await loadModel(graph, { normalization: { mean: 127.5, std: 127.5 } });
    const other = await loadModel(graph, { normalization: { mean: [123, 117, 104], std: 58 } });
    const image = picture(64, 64);
    expect(same.classify(image)).toEqual(plain.classify(image));
    expect(other.classify(image)).not.toEqual(plain.classify(image));
    const act = loadModel(graph, { normalization: { mean: 0, std: 0 } });
    await expect(act).rejects.toThrow(/"normalization" must have a finite mean and a finite std other than 0/);
  });

  test("wrong ones are named", async () => {
    await expect(loadModel(graph, { kernels: "turbo" as never })).rejects.toThrow(
      /"kernels" must be "auto", "simd", "relaxed" or "wide", got string "turbo"/,
    );
    await expect(loadModel(graph, { precision: "float64" as never })).rejects.toThrow(/"precision" must be "float32"/);
    await expect(loadModel(17 as never)).rejects.toThrow(
      /"model" must be Uint8Array, ArrayBuffer, Response, URL, path or a record of bytes by name, got 17/,
    );
    await expect(loadModel(new Uint8Array(5))).rejects.toThrow(/expected a TensorFlow Lite file/);
    await expect(loadModel(new Response("", { status: 404 }))).rejects.toThrow(/HTTP status 404/);
    await expect(loadModel("/nowhere/model.tflite")).rejects.toThrow(/\/nowhere\/model.tflite/);
  });

  test("kernels that this runtime cannot compile are refused", async () => {
    vi.spyOn(WebAssembly, "validate").mockImplementation((bytes) => (bytes as Uint8Array).length < 35);
    try {
      expect((await loadModel(graph)).runtime.kernels).toBe("simd");
      await expect(loadModel(graph, { kernels: "relaxed" })).rejects.toThrow(UnsupportedError);
      vi.mocked(WebAssembly.validate).mockReturnValue(false);
      await expect(loadModel(graph, { kernels: "simd" })).rejects.toThrow(/no WebAssembly SIMD/);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test("sources that cannot be read have a cause", async () => {
    const error = await loadModel("/nowhere/model.tflite").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ name: "SourceError", code: "source", cause: { code: "ENOENT" } });
  });

  test("falls back to the kernels that every entry has", async () => {
    const load = createLoader((kernels, shared) =>
      kernels === "simd" && !shared ? Promise.resolve(modulesOf("simd")) : undefined,
    );
    const unasked = await load(graph);
    expect(unasked.runtime).toEqual({ kernels: "simd", threads: 1, byteProducts: undefined });
    for (const kernels of ["relaxed", "wide"] as const) {
      const asked = await load(graph, { kernels });
      const hasOnly = 'this entry of the package has only the kernels "simd"';
      const reasons = { kernels: kernels === "relaxed" || bestKernels() === "relaxed" ? hasOnly : NEEDS_NODE_24 };
      expect(asked.runtime).toEqual({ kernels: "simd", threads: 1, byteProducts: undefined, reasons });
    }
    const { runtime } = await load(graph, { threads: 2 });
    expect(runtime).toMatchObject({
      threads: 1,
      reasons: { threads: expect.stringContaining("shared memory") as string },
    });
  });
});

describeShared("a real classifier", () => {
  const file = "mobilenet_v1_0.25_128_quant.tflite";

  test("loads from bytes, buffer, Response, URL and path", async () => {
    const bytes = sharedBytes("models", file);
    const path = sharedPath("models", file);
    const sources = [bytes, bytes.buffer, new Response(bytes), new URL(`file://${path}`), path];
    const answers = [];
    for (const source of sources) answers.push((await loadModel(source)).classify(picture(300, 200)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test("has its labels in the file", async () => {
    const net = await loadModel(sharedBytes("models", file));
    expect(net.labels!.length).toBe(1001);
    expect(net.labels![0]).toBe("background");
    expect(net.inputs[0]).toMatchObject({ dtype: "uint8", scale: 0.0078125, zeroPoint: 128 });
  });

  test("gives a quantised output with its scale", async () => {
    const net = await loadModel(sharedBytes("models", file));
    const [output] = net.run(new Uint8Array(128 * 128 * 3));
    expect(output).toMatchObject({ dtype: "uint8", scale: 0.00390625, zeroPoint: 0 });
    expect(output!.data).toBeInstanceOf(Uint8Array);
  });

  test("in float32 takes and gives floats", async () => {
    const net = await loadModel(sharedBytes("models", file), { precision: "float32" });
    expect(net.inputs[0]).toMatchObject({ dtype: "float32", shape: [1, 128, 128, 3] });
    expect(net.outputs[0]!.dtype).toBe("float32");
  });

  test("makes features of what it pools, the extractor too", async () => {
    const net = await loadModel(sharedBytes("models", file));
    const extractor = await loadModel(sharedBytes("models", "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"));
    expect(net.embed(picture(128, 128)).length).toBe(256);
    const image = picture(224, 224);
    const features = extractor.embed(image, { crop: 1 });
    const [output] = extractor.run(image.data);
    expect(features).toEqual(
      Float32Array.from(output!.data, (q) => Math.fround(output!.scale!) * (q - output!.zeroPoint!)),
    );
  });

  test("without a pooling has no features", async () => {
    const { tensors } = graph;
    const first = graph.ops[0]!;
    const headless = { tensors, ops: [first], inputs: graph.inputs, outputs: first.outputs };
    const net = await loadModel(headless);
    expect(() => net.embed(picture(9, 9))).toThrow(UnsupportedError);
  });
});
