/** Compiled models: what they export, say and answer, plainly and through loadModel(). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { createCompiler } from "../src/api/compile.js";
import { createLoader } from "../src/api/load.js";
import { unsigned } from "../src/compiler/emit/bytes.js";
import { SECTION } from "../src/compiler/emit/module.js";
import { FormatError, UnsupportedError } from "../src/errors.js";
import type { Picture } from "../src/image/picture.js";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { seededRandom } from "../src/models/random.js";
import {
  compile,
  describeCompiled,
  instantiatePlainly,
  KERNELS,
  withDescription,
  withSections,
} from "./support/compiled.js";
import { constantDetector } from "./support/detector.js";
import { temporaryFolder } from "./support/files.js";
import { loadModel } from "./support/load.js";
import { buildFile } from "./support/modules.js";
import { describeShared, sharedBytes } from "./support/shared.js";

const folder = temporaryFolder();
const SMALL = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });

function picture(width: number, height: number, channels: 3 | 4, seed: number): Picture & { data: Uint8Array } {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: width * height * channels }, () => Math.floor(256 * random()));
  return { data, width, height };
}

/** The picture through image(), with rows `slack` bytes longer than they need to be, and top(). */
function classify(
  model: Awaited<ReturnType<typeof instantiatePlainly>>,
  { data, width, height }: Picture,
  slack: number,
) {
  const channels = data.length / (width * height);
  const rowBytes = width * channels + slack;
  const address = model.alloc(rowBytes * height);
  const results = model.alloc(8 * 5);
  const memory = new Uint8Array(model.memory.buffer);
  for (let y = 0; y < height; ++y) {
    memory.set(data.subarray(y * width * channels, (y + 1) * width * channels), address + y * rowBytes);
  }
  expect(model.image(address, width, height, channels, rowBytes)).toBe(0);
  expect(model.run()).toBe(0);
  const count = model.top(5, results);
  const view = new DataView(model.memory.buffer, results, 8 * count);
  return Array.from({ length: count }, (_, i) => ({
    index: view.getUint32(8 * i, true),
    score: view.getFloat32(8 * i + 4, true),
  }));
}

test("the version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const { compileModel } = (await import("mobilenet-simd/compile")) as typeof import("../src/compile.js");
  expect(describeCompiled(await compileModel(SMALL)).version).toBe(version);
});

describe("a small model", () => {
  test("imports nothing and exports the ABI", async () => {
    const { code, image } = await compile(SMALL);
    const module = new WebAssembly.Module(code);
    expect(image.length).toBe(0);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["alloc", "image", "input", "memory", "output", "run", "top"]);
  });

  test("has the answers, layers and labels of the network that it is made from", async () => {
    const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);
    const { code } = await compile(SMALL, { labels, normalization: { mean: [1, 2, 3], std: 99 } });
    const [net, same] = [
      await loadModel(SMALL, { kernels: "simd", labels, normalization: { mean: [1, 2, 3], std: 99 } }),
      await loadModel(code),
    ];
    for (const key of ["inputs", "outputs", "layers", "labels"] as const) expect(same[key]).toEqual(net[key]);
    const shown = picture(50, 40, 4, 1);
    for (const options of [{}, { crop: 1, antialias: true, background: [9, 8, 7] as const }]) {
      expect(same.classify(shown, options)).toEqual(net.classify(shown, options));
      expect(same.embed(shown, options)).toEqual(net.embed(shown, options));
    }
    const input = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.sin(i));
    expect(same.run(input)).toEqual(net.run(input));
    expect(same.run({ [same.inputs[0]!.name]: input })).toEqual(net.run(input));
    expect(() => same.run(input.fill(NaN, 7, 8))).toThrow(RangeError);
    expect(() => same.detect(shown)).toThrow(UnsupportedError);
    expect(same.runtime).toMatchObject({ kernels: "simd", threads: 1, byteProducts: undefined });
  });

  test("takes options that concern a run, and refuses others", async () => {
    const { code } = await compile(SMALL);
    await expect(loadModel(code, { batch: 2 })).rejects.toThrow(/"batch" must be 1 .* got 2/);
    await expect(loadModel(code, { precision: "float32" })).rejects.toThrow(RangeError);
    await expect(loadModel(code, { maxMemory: code.length + 1 })).rejects.toThrow(/"maxMemory" must be at least/);
    expect((await loadModel(code, { threads: 2 })).runtime.reasons?.threads).toMatch(/one thread/);
    expect((await loadModel(code, { kernels: "relaxed" })).runtime).toMatchObject({
      kernels: "simd",
      reasons: { kernels: 'a compiled model runs the kernels in it, "simd"' },
    });
    expect((await loadModel(code, { kernels: "simd" })).runtime.reasons).toBeUndefined();
    expect((await loadModel(code, { labels: "abcdefghij".split("") })).labels).toHaveLength(10);
    await expect(loadModel(code, { labels: "a\nb" })).rejects.toThrow(/"labels" must be 10 strings, got 2/);
  });

  test("loads from a module, bytes, a path, a URL and a response", async () => {
    const { code } = await compile(SMALL);
    const path = join(folder(), "model.wasm");
    writeFileSync(path, code);
    const expected = (await loadModel(code)).classify(picture(9, 9, 3, 2));
    for (const source of [new WebAssembly.Module(code), code.buffer, path, pathToFileURL(path), new Response(code)]) {
      expect((await loadModel(source)).classify(picture(9, 9, 3, 2))).toEqual(expected);
    }
  });

  test("loads from a file without compiling other kernels", async () => {
    const path = join(folder(), "alone.wasm");
    writeFileSync(path, (await compile(SMALL)).code);
    const modules = vi.fn();
    for (const model of [path, pathToFileURL(path), { "alone.wasm": readFileSync(path) }]) {
      expect((await createLoader(modules)(model)).runtime.kernels).toBe("simd");
    }
    expect(modules).not.toHaveBeenCalled();
  });

  test("may not have more memory than it says", async () => {
    const { code } = await compile(SMALL);
    const { memory } = describeCompiled(code);
    const limits = [1, 0, ...unsigned((2 * memory.total) / 65536)]; // one memory without a maximum
    const grown = withSections(code, ({ id, body }) => (id === SECTION.memory ? limits : body));
    await expect(loadModel(grown, { maxMemory: memory.total })).rejects.toThrow(
      /^"maxMemory" must be at least \d+ bytes/,
    );
    expect((await loadModel(grown, { maxMemory: 2 * memory.total })).memory).toEqual(memory);
  });

  test.each([NaN, 0, -1, "1e9", null])("is not compiled with a memory limit of %j", async (maxMemory) => {
    await expect(compile(SMALL, { maxMemory: maxMemory as number })).rejects.toThrow(
      /^"maxMemory" must be a positive number of bytes, got/,
    );
  });

  test("is not compiled after the signal", async () => {
    await expect(compile(SMALL, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(/^enough$/);
  });

  test("has its image in a file beside it", async () => {
    const { code, image } = await compile(SMALL, {}, "model.bin");
    const [path, whole] = [join(folder(), "model.wasm"), await compile(SMALL)];
    writeFileSync(path, code);
    writeFileSync(join(folder(), "model.bin"), image);
    expect(code.length + image.length).toBeLessThan(whole.code.length * 1.2);
    const net = await loadModel(path);
    expect(net.classify(picture(9, 9, 3, 2))).toEqual((await loadModel(whole.code)).classify(picture(9, 9, 3, 2)));
    const together = await loadModel({ "net/model.wasm": code, "net/model.bin": image });
    expect(together.classify(picture(9, 9, 3, 2))).toEqual(net.classify(picture(9, 9, 3, 2)));
    await expect(loadModel(code)).rejects.toThrow(/model\.bin/);
    writeFileSync(join(folder(), "model.bin"), image.subarray(1));
    await expect(loadModel(path)).rejects.toThrow(FormatError);
    const plain = await instantiatePlainly(code);
    expect(plain.run()).toBe(1);
    const { address } = describeCompiled(code).image!;
    new Uint8Array(plain.memory.buffer).set(image, address);
    expect(plain.run()).toBe(0);
  });

  test("refuses pictures that are none, and writes nothing", async () => {
    const { code } = await compile(SMALL);
    const model = await instantiatePlainly(code);
    const address = model.alloc(100);
    const input = () => new Uint8Array(model.memory.buffer, model.input(0), 32 * 32 * 12).slice();
    const before = input();
    expect(model.image(address, 0, 5, 3, 15)).toBe(2);
    expect(model.image(address, 5, -5, 3, 15)).toBe(2);
    expect(model.image(address, 5, 5, 2, 15)).toBe(3);
    expect(model.image(address, 5, 5, 4, 19)).toBe(4);
    expect(model.image(16, 5, 5, 3, 15)).toBe(5);
    expect(model.image(address, 2 ** 29, 2 ** 30, 4, -1)).toBe(5);
    expect(model.image(model.memory.buffer.byteLength - 74, 5, 5, 3, 15)).toBe(5);
    expect(input()).toEqual(before);
    expect(model.image(model.memory.buffer.byteLength - 75, 5, 5, 3, 15)).toBe(0);
    expect(input()).not.toEqual(before);
    expect(model.top(5, 16)).toBe(0);
    expect(model.top(0, address)).toBe(0);
    expect(model.input(1)).toBe(0);
    expect(model.output(-1)).toBe(0);
  });

  test("gives memory of its own to whoever asks, until there is none", async () => {
    const model = await instantiatePlainly((await compile(SMALL)).code);
    const [first, second] = [model.alloc(1), model.alloc(1_000_000)];
    expect([first % 16, second - first]).toEqual([0, 16]);
    expect(model.memory.buffer.byteLength).toBeGreaterThanOrEqual(second + 1_000_000);
    expect(model.alloc(-1)).toBe(0);
    expect(model.run()).toBe(0);
  });
});

test("a detector is refused by the name of its operator", async () => {
  const detector = constantDetector([[0, 0, 1, 1]], [[0, 1]]);
  await expect(compile(detector)).rejects.toThrow(UnsupportedError);
  await expect(compile(detector)).rejects.toThrow(/operator \d+ \(detection\)/);
});

test("where the runtime compiles no bytes, the error says to import the module", async () => {
  const { code } = await compile(SMALL);
  const workers = createContext({}, { codeGeneration: { wasm: false } });
  const refuse = runInContext("(bytes) => WebAssembly.compile(bytes)", workers) as typeof WebAssembly.compile;
  const module = await WebAssembly.compile(code);
  await loadModel(code); // Node compiles its HTTP parser when the global Response is first read: now, not below
  const spy = vi.spyOn(WebAssembly, "compile").mockImplementation(refuse);
  try {
    await expect(loadModel(code)).rejects.toThrow(UnsupportedError);
    await expect(loadModel(code)).rejects.toThrow("import the compiled model as a module");
    expect((await loadModel(module)).inputs).toHaveLength(1);
  } finally {
    spy.mockRestore();
  }
});

test("options that are wrong are named", async () => {
  await expect(compile(SMALL, { kernels: "wide" as "simd" })).rejects.toThrow(/"kernels" must be/);
  await expect(compile(SMALL, { precision: "int8" as "float32" })).rejects.toThrow(/"precision" must be/);
  await expect(compile(SMALL, { maxMemory: 1 })).rejects.toThrow(/"maxMemory" must be/);
  await expect(compile(SMALL, {}, "")).rejects.toThrow(/"imageFile" must be/);
});

describe("damaged modules", () => {
  const described = async (change: (json: Record<string, unknown>) => unknown) => {
    const { code } = await compile(SMALL);
    return withDescription(code, change({ ...describeCompiled(code) }));
  };

  test("the helper changes only what it is told to", async () => {
    expect((await loadModel(await described((json) => json))).inputs).toEqual((await loadModel(SMALL)).inputs);
  });

  test.each<[string, (json: Record<string, unknown>) => unknown]>([
    ["of another version", (json) => ({ ...json, format: 2 })],
    ["no object", () => 5],
    ["without inputs", (json) => ({ ...json, inputs: [] })],
    [
      "an input larger than memory",
      (json) => ({ ...json, inputs: [{ ...(json.inputs as object[])[0], shape: [1, 9999, 9999, 3] }] }),
    ],
    [
      "one input too many",
      (json) => ({ ...json, inputs: [...(json.inputs as object[]), ...(json.inputs as object[])] }),
    ],
    ["an unknown dtype", (json) => ({ ...json, inputs: [{ ...(json.inputs as object[])[0], dtype: "int64" }] })],
    ["features out of memory", (json) => ({ ...json, features: { ...(json.features as object), address: 2 ** 40 } })],
    ["a memory report of text", (json) => ({ ...json, memory: "much" })],
    ["layers of numbers", (json) => ({ ...json, layers: [1] })],
  ])("%s", async (_, change) => {
    await expect(loadModel(await described(change))).rejects.toThrow(FormatError);
  });

  test("cut off anywhere, or not ours", async () => {
    const { code } = await compile(SMALL);
    for (let length = 4; length < code.length; length += Math.ceil(code.length / 97)) {
      await expect(loadModel(code.slice(0, length)), `${length} bytes`).rejects.toThrow(FormatError);
    }
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    await expect(loadModel(empty)).rejects.toThrow(/section "mobilenet-simd"/);
    await expect(loadModel(new WebAssembly.Module(empty))).rejects.toThrow(FormatError);
  });
});

describeShared.each(KERNELS)("pictures, %s", (kernels) => {
  test.each(["mobilenet_v1_0.25_128_quant", "vww_96_float", "vww_96_int8"])("%s", async (name) => {
    const bytes = sharedBytes("models", `${name}.tflite`);
    const { code } = await compile(bytes, { kernels });
    const [model, net, same] = [
      await instantiatePlainly(code),
      await loadModel(bytes, { kernels: kernels }),
      await loadModel(code),
    ];
    const sizes = [[1, 1], [1, 300], [2, 3], [7, 5], [128, 128], [131, 97], [96, 500], [640, 481]] as const; // prettier-ignore
    for (const [seed, [width, height]] of sizes.entries()) {
      for (const channels of [3, 4] as const) {
        const image = picture(width, height, channels, seed);
        const expected = net.classify(image);
        const found = classify(model, image, seed);
        expect(same.classify(image)).toEqual(expected);
        expect(found.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
        for (const [i, { score }] of found.entries()) expect(Math.abs(score - expected[i]!.score)).toBeLessThan(1e-7);
      }
    }
    expect(same.embed(picture(9, 9, 3, 1))).toEqual(net.embed(picture(9, 9, 3, 1)));
  });
});

describeShared("relaxed kernels on an engine that does not multiply bytes exactly", () => {
  test("widen the weights", async () => {
    const bytes = sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite");
    // Without relaxed SIMD, q8_byteProducts gives 0: none are exact.
    const inexact = createCompiler({
      kernels: async () => [buildFile("kernels.simd.wasm")],
      standalone: async () => buildFile("standalone.wasm"),
    });
    const { code } = await inexact(bytes, { kernels: "relaxed" });
    expect((await instantiatePlainly(code)).byteProducts!()).toBe(0);
    const [net, same] = [await loadModel(bytes), await loadModel(code)];
    for (const seed of [1, 2])
      expect(same.run(picture(128, 128, 3, seed).data)).toEqual(net.run(picture(128, 128, 3, seed).data));
    expect(same.runtime.byteProducts).toBeUndefined();
  });
});
