/** Tilings: the bounded search finds the tiling that an exhaustive one finds, for every group of real models. */
import { describe, expect, test } from "vitest";
import type { Group } from "../../src/compiler/call.js";
import { packedOf } from "../../src/compiler/call.js";
import { fuseGraph, isGroup } from "../../src/compiler/fuse.js";
import { loadLowerings } from "../../src/compiler/lower/index.js";
import { candidates, tileGroups, type Tiling } from "../../src/compiler/tiling.js";
import { readTflite } from "../../src/formats/tflite/read.js";
import type { Graph } from "../../src/ir/graph.js";
import { batched } from "../../src/ir/passes/batch.js";
import { prepare } from "../../src/ir/passes/index.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { ssdMobileNetV1 } from "../../src/models/ssdmobilenetv1.js";
import { describeShared, sharedBytes } from "../support/shared.js";

/** The fastest tiling of all, by simulating every thread. */
function exhaustive(group: Group, threads: number): Tiling {
  const last = group.calls.at(-1)!;
  if (!group.rowWork && threads === 1) return { rows: group.rows, splits: 1 };
  const weightBytes = packedOf(last).reduce((sum, { bytes }) => sum + bytes, 0);
  let best = { rows: 1, splits: 1 };
  let bestTime = Infinity;
  for (const splits of threads === 1 ? [1] : [1, threads, 2 * threads]) {
    if (splits > 1 && last.blocks < 2 * splits) continue;
    for (let rows = 1; rows <= group.rows; ++rows) {
      const tile = group.calls.reduce((most, { tileBytes }) => Math.max(most, tileBytes?.(rows) ?? 0), 0);
      if (rows > 1 && (tile > 262144 || (rows * group.rowWork) / splits > 2 ** 26)) break;
      const time = simulated(group, { rows, splits }, threads, weightBytes);
      if (time < bestTime) [best, bestTime] = [{ rows, splits }, time];
    }
  }
  return best;
}

function simulated(group: Group, { rows, splits }: Tiling, threads: number, weightBytes: number): number {
  const taskTime = (size: number) => {
    const pixels = size * group.width;
    const tiles = (pixels - (pixels % 4) + 1.6 * (pixels % 4)) / pixels;
    const own = (size * (group.rowWork - group.tileWork) * tiles + 0.2 * weightBytes) / splits;
    return 4000 + 1.5 * size * group.tileWork + own;
  };
  const full = Math.floor(group.rows / rows) * splits;
  const rounds = Math.floor(full / threads);
  const free = Array.from({ length: threads }, () => rounds * taskTime(rows));
  const take = (time: number) => (free[free.indexOf(Math.min(...free))]! += time);
  for (let task = rounds * threads; task < full; ++task) take(taskTime(rows));
  const rest = group.rows % rows;
  if (rest) for (let split = 0; split < splits; ++split) take(taskTime(rest));
  return Math.max(...free);
}

async function groupsOf(graph: Graph): Promise<Group[]> {
  const lowerings = await loadLowerings(graph);
  const target = { byteProducts: "unsigned" as const };
  const options = { fuse: true, keep: new Set<number>(), target, lowerings, maxMemory: 2 ** 30 };
  return fuseGraph(graph, options).steps.filter(isGroup);
}

async function expectExhaustive(graph: Graph): Promise<void> {
  const groups = await groupsOf(graph);
  for (const threads of [1, 2, 3, 4]) {
    expect(tileGroups(groups, threads)).toEqual(groups.map((group) => exhaustive(group, threads)));
  }
}

describe("real models", () => {
  test.each([
    [1, 224],
    [0.75, 192],
    [0.5, 160],
    [0.25, 128],
    [0.25, 35],
  ])("MobileNet %d/%d", async (alpha, resolution) => {
    await expectExhaustive(await prepare(mobileNetV1({ alpha, resolution, classes: 100 })));
  });

  test("SSD MobileNet", async () => expectExhaustive(await prepare(ssdMobileNetV1({ alpha: 0.25 }))));

  test("a batch", async () => {
    const graph = await prepare(mobileNetV1({ alpha: 0.25, resolution: 64, classes: 10 }));
    await expectExhaustive(batched(graph, 7));
  });
});

describeShared("files", () => {
  test.each(["mobilenet_v1_0.25_128_quant", "mobilenet_v1_0.75_192_quant", "vww_96_float", "vww_96_int8"])(
    "%s",
    async (name) => expectExhaustive(await prepare(await readTflite(sharedBytes("models", `${name}.tflite`)))),
  );
});

describe("the numbers of rows that are tried", () => {
  test("are all of a small tensor", () => {
    expect(candidates(5, 512)).toEqual([1, 2, 3, 4, 5]);
    expect(candidates(512, 512)).toHaveLength(512);
  });

  test.each([513, 4096, 917_504, 4_000_000, 2 ** 31 - 1])("are few of %d, ascend, and end with all", (rows) => {
    const sizes = candidates(rows, 512);
    expect(sizes.length).toBeLessThanOrEqual(2 * 512 + 31);
    expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => a - b));
    expect(sizes.at(-1)).toBe(rows);
    expect(sizes).toContain(Math.ceil(rows / 2));
  });

  test("are fewer for each group of a graph with many, so that the search ends", async () => {
    const [group] = await groupsOf(await prepare(mobileNetV1({ alpha: 0.25, resolution: 64, classes: 10 })));
    const many = Array.from({ length: 50_000 }, () => ({ ...group!, rows: 4_000_000 }));
    const tilings = tileGroups(many, 64);
    expect(tilings).toHaveLength(50_000);
    expect(tilings[0]!.rows).toBeGreaterThan(1);
  });
});
