/** Several threads give the bytes of one, whatever the tiling, and end when told. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { fuseGraph, isGroup } from "../../src/compiler/fuse.js";
import { loadLowerings } from "../../src/compiler/lower/index.js";
import { tileGroups, type Tiling } from "../../src/compiler/tiling.js";
import { readTflite } from "../../src/formats/tflite/read.js";
import type { Graph } from "../../src/ir/graph.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { seededRandom } from "../../src/models/random.js";
import { prepare } from "../../src/ir/passes/index.js";
import { Program } from "../../src/runtime/program.js";
import { loadModel } from "../support/load.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { describeShared, sharedBytes } from "../support/shared.js";

const OPTIONS = { maxMemory: 2 ** 28, keep: [] };

/** Outputs of a program with so many threads for a few inputs. */
async function outputs(graph: Graph, build: (typeof BUILDS)[number], threads: number, runs = 4) {
  const program = await Program.create(graph, modulesOf(build, threads > 1), { ...OPTIONS, threads });
  expect(program.threads).toBe(threads);
  const random = seededRandom(5);
  const results = [];
  for (let run = 0; run < runs; ++run) {
    const input = program.inputs[0]!;
    for (let i = 0; i < input.length; ++i) input[i] = input instanceof Float32Array ? 2 * random() - 1 : 256 * random();
    program.execute();
    results.push(program.outputs[0]!.slice());
  }
  program.dispose();
  return results;
}

describe.each(BUILDS)("%s", (build) => {
  test.each([
    [0.25, 64],
    [0.5, 96],
    [0.25, 35],
  ])("MobileNet %d/%d", async (alpha, resolution) => {
    const graph = mobileNetV1({ alpha, resolution, classes: 100 });
    const alone = await outputs(graph, build, 1);
    for (const threads of [2, 3, 5]) expect(await outputs(graph, build, threads)).toEqual(alone);
  });
});

test("a thousand runs, each right", async () => {
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });
  expect(await outputs(graph, "simd", 3, 1000)).toEqual(await outputs(graph, "simd", 1, 1000));
});

test("runs after a pause, when the workers sleep", async () => {
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });
  const net = await loadModel(graph, { threads: 2 });
  const x = new Float32Array(32 * 32 * 3).fill(0.5);
  const [first] = net.run(x);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(net.run(x)[0]!.data).toEqual(first!.data);
  net.dispose();
});

describe("a group", () => {
  test("is tiled so that every row and block is computed once, and threads have equal work", async () => {
    const graph = mobileNetV1();
    const { steps } = fuseGraph(graph, {
      fuse: true,
      keep: new Set(),
      target: { byteProducts: undefined },
      lowerings: await loadLowerings(graph),
      maxMemory: 2 ** 28,
    });
    for (const group of steps.filter(isGroup)) {
      for (const threads of [1, 2, 3, 4, 8]) {
        const [{ rows, splits }] = tileGroups([group], threads) as [Tiling];
        expect(rows).toBeGreaterThanOrEqual(1);
        expect(splits).toBeLessThanOrEqual(group.calls.at(-1)!.blocks);
        if (threads === 2 && group.rowWork * group.rows > 1e6) {
          const tasks = Array.from({ length: Math.ceil(group.rows / rows) }, (_, i) =>
            Math.min(rows, group.rows - i * rows),
          );
          const each = tasks.flatMap((count) => Array.from({ length: splits }, () => count / splits));
          const loads = [0, 0];
          for (const work of each) loads[loads.indexOf(Math.min(...loads))]! += work;
          expect(Math.max(...loads) / group.rows).toBeLessThan(0.54);
        }
      }
    }
  });
});

describe("loadModel()", () => {
  afterEach(() => vi.unstubAllGlobals());
  const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });

  test("says how many threads there are", async () => {
    const net = await loadModel(graph, { threads: 2 });
    expect(net.runtime.threads).toBe(2);
    expect(net.runtime.reasons).toBeUndefined();
    net.dispose();
    const auto = await loadModel(graph, { threads: "auto" });
    expect(auto.runtime.threads).toBeGreaterThanOrEqual(1);
    auto.dispose();
  });

  test.each([
    ["the page is not cross-origin isolated", { crossOriginIsolated: false }],
    ["the page is not cross-origin isolated", { crossOriginIsolated: false, SharedArrayBuffer: undefined }],
    ["this browser has no shared memory", { crossOriginIsolated: true, SharedArrayBuffer: undefined }],
    ["this runtime has no shared memory", { SharedArrayBuffer: undefined }],
  ])("has one thread because %s: %o", async (reason, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const net = await loadModel(graph, { threads: 2 });
    expect(net.runtime).toMatchObject({ threads: 1, reasons: { threads: reason } });
  });

  test("has one thread and a reason where there are no worker threads", async () => {
    const modules = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    const net = await loadModel(graph, { threads: 2 });
    modules.mockRestore();
    expect(net.runtime).toMatchObject({ threads: 1, reasons: { threads: "this runtime has no worker threads" } });
  });

  test("has one thread and a reason where no worker starts", async () => {
    const Broken = vi.fn(function fail() {
      throw new Error("no workers today");
    });
    vi.stubGlobal("Worker", Broken);
    const net = await loadModel(graph, { threads: 2 });
    expect(net.runtime).toMatchObject({
      threads: 1,
      reasons: { threads: "no worker could be started: no workers today" },
    });
    expect(net.run(new Float32Array(32 * 32 * 3))[0]!.data.length).toBe(10);
  });

  test.each([0, 1.5, 65, NaN, "many"])("refuses %s threads", async (threads) => {
    await expect(loadModel(graph, { threads: threads as number })).rejects.toThrow(
      /"threads" must be "auto" or an integer from 1 to 64/,
    );
  });
});

describeShared("the real 0.25/128 network", () => {
  test("on two threads", async () => {
    const graph = await prepare(await readTflite(sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite")));
    for (const build of BUILDS) expect(await outputs(graph, build, 2, 20)).toEqual(await outputs(graph, build, 1, 20));
  });
});
