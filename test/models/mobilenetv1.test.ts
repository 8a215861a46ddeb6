/** The family as data: its layers against the paper's tables, its limits, and every member run against the reference. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph.js";
import { describeLayers } from "../../src/ir/layers.js";
import { MOBILENET_VARIANTS, mobileNetV1, type MobileNetOptions } from "../../src/models/mobilenetv1.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { expectReference } from "../support/expect.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { seeds } from "../support/shapes.js";

/** A layer as the tables write it: type, stride, input and output without the image dimension. */
function rows(options: MobileNetOptions): string[] {
  return describeLayers(mobileNetV1(options)).map(({ type, kernel, stride, inputShape, outputShape }) => {
    const window = kernel ? ` ${kernel.join("×")} s${stride![0]}` : "";
    return `${type}${window} ${inputShape.slice(1).join("×")} → ${outputShape.slice(1).join("×")}`;
  });
}

describe("the layers", () => {
  test("are those of Table 1", () => {
    const separable = (side: number, stride: number, from: number, to: number) => [
      `depthwise 3×3 s${stride} ${side}×${side}×${from} → ${side / stride}×${side / stride}×${from}`,
      `convolution 1×1 s1 ${side / stride}×${side / stride}×${from} → ${side / stride}×${side / stride}×${to}`,
    ];
    expect(rows({})).toEqual([
      "convolution 3×3 s2 224×224×3 → 112×112×32",
      ...separable(112, 1, 32, 64),
      ...separable(112, 2, 64, 128),
      ...separable(56, 1, 128, 128),
      ...separable(56, 2, 128, 256),
      ...separable(28, 1, 256, 256),
      ...separable(28, 2, 256, 512),
      ...[1, 2, 3, 4, 5].flatMap(() => separable(14, 1, 512, 512)),
      ...separable(14, 2, 512, 1024),
      ...separable(7, 1, 1024, 1024),
      "mean 7×7×1024 → 1×1×1024",
      "convolution 1×1 s1 1×1×1024 → 1×1×1000",
      "reshape 1×1×1000 → 1000",
      "softmax 1000 → 1000",
    ]);
  });

  test("are standard convolutions in the network of Table 4", () => {
    expect(rows({ variant: "convolutional" })).toEqual([
      "convolution 3×3 s2 224×224×3 → 112×112×32",
      "convolution 3×3 s1 112×112×32 → 112×112×64",
      "convolution 3×3 s2 112×112×64 → 56×56×128",
      "convolution 3×3 s1 56×56×128 → 56×56×128",
      "convolution 3×3 s2 56×56×128 → 28×28×256",
      "convolution 3×3 s1 28×28×256 → 28×28×256",
      "convolution 3×3 s2 28×28×256 → 14×14×512",
      ...[1, 2, 3, 4, 5].map(() => "convolution 3×3 s1 14×14×512 → 14×14×512"),
      "convolution 3×3 s2 14×14×512 → 7×7×1024",
      "convolution 3×3 s1 7×7×1024 → 7×7×1024",
      ...rows({}).slice(-4),
    ]);
  });

  test("of 14×14×512 are missing in the network of Table 5", () => {
    const all = rows({});
    const pair = ["depthwise 3×3 s1 14×14×512 → 14×14×512", "convolution 1×1 s1 14×14×512 → 14×14×512"];
    expect(all.slice(13, 23)).toEqual([1, 2, 3, 4, 5].flatMap(() => pair));
    expect(rows({ variant: "shallow" })).toEqual([...all.slice(0, 13), ...all.slice(23)]);
  });

  test.each([
    [0.75, [24, 48, 96, 768]],
    [0.3, [9, 19, 38, 307]],
    [0.01, [8, 8, 8, 10]],
    [Number.MIN_VALUE, [8, 8, 8, 8]],
  ])("have max(8, ⌊c · %d⌋) channels", (alpha, expected) => {
    const layers = describeLayers(mobileNetV1({ alpha, resolution: 32, classes: 2 }));
    const channels = layers.filter(({ type }) => type === "convolution").map(({ outputShape }) => outputShape[3]);
    expect([0, 1, 2, 13].map((index) => channels[index])).toEqual(expected);
  });

  test("have the weights of their seed", () => {
    const weights = (options: MobileNetOptions) => {
      return mobileNetV1({ alpha: 0.01, resolution: 32, classes: 3, ...options }).tensors;
    };
    expect(weights({ seed: 3 })).toEqual(weights({ seed: 3 }));
    expect(weights({ seed: 3 })[1]!.data).not.toEqual(weights({ seed: 4 })[1]!.data);
    expect(weights({})).toEqual(weights({ seed: 1 }));
  });
});

test.each([
  [{ alpha: 0 }, /"alpha" expected a number above 0 and up to 1, got 0/],
  [{ alpha: 1.01 }, /"alpha" .* got 1.01/],
  [{ alpha: NaN }, /"alpha" .* got NaN/],
  [{ alpha: "0.5" }, /"alpha" .* got string "0.5"/],
  [{ resolution: 31 }, /"resolution" expected a whole number from 32 to 8192, got 31/],
  [{ resolution: 100.5 }, /"resolution" .* got 100.5/],
  [{ resolution: 8193 }, /"resolution" .* got 8193/],
  [{ height: 31 }, /"height" expected a whole number from 32 to 8192, got 31/],
  [{ resolution: 64, width: Infinity }, /"width" .* got Infinity/],
  [{ classes: 0 }, /"classes" expected a whole number from 1 to 65536, got 0/],
  [{ classes: 1e9 }, /"classes" .* got 1000000000/],
  [{ seed: -1 }, /"seed" expected a whole number from 0 to 4294967295, got -1/],
  [{ variant: "deep" }, /"variant" expected one of separable, convolutional, shallow, got string "deep"/],
])("%j is refused", (options, message) => {
  const act = () => mobileNetV1(options as MobileNetOptions);
  expect(act).toThrow(RangeError);
  expect(act).toThrow(message);
});

test("the largest has a graph", () => {
  const { tensors, inputs } = mobileNetV1({ resolution: 8192, classes: 1 });
  expect(tensors[inputs[0]!]!.shape).toEqual([1, 8192, 8192, 3]);
});

/** Any side but multiples of 32. */
const side = fc.integer({ min: 33, max: 75 }).filter((pixels) => pixels % 32 !== 0);
const sides = fc.record({ height: side, width: side }).filter(({ height, width }) => height !== width);

describe.each(BUILDS)("%s", (build) => {
  test.each(MOBILENET_VARIANTS)("%s networks of odd sizes are as the reference has them", async (variant) => {
    const alphas = fc.constantFrom(0.01, 0.25, 0.3, 0.5);
    const property = fc.asyncProperty(alphas, sides, seeds, async (alpha, size, seed) => {
      await expectNetwork(mobileNetV1({ variant, alpha, ...size, classes: 5, seed }), seed);
    });
    await fc.assert(property, { numRuns: 4, seed: 5 });
  });

  test.each(MOBILENET_VARIANTS)("%s networks of full width, too", async (variant) => {
    await expectNetwork(mobileNetV1({ variant, height: 37, width: 50 }), 1);
  });

  /**
   * Each operator within the bound of its reference, which is given what the one before really made; and the program as
   * it usually runs, with fused stages, the same bytes.
   */
  async function expectNetwork(graph: Graph, seed: number): Promise<void> {
    const keep = graph.ops.map(({ outputs }) => outputs[0]!);
    const observed = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 30, keep });
    const usual = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 30, keep: [] });
    const random = seededRandom(seed);
    const x = observed.inputs[0]!.map(() => 2 * random() - 1);
    for (const program of [observed, usual]) {
      program.inputs[0]!.set(x);
      program.execute();
    }
    let from: ArrayLike<number> = x;
    for (const op of graph.ops) {
      const got = observed.read(op.outputs[0]!);
      expectReference(op, graph.tensors, from, got);
      from = got;
    }
    expect(usual.outputs[0]).toEqual(observed.outputs[0]);
  }
});

test("the package has them in an entry of their own", () => {
  const script = `const { mobileNetV1 } = await import("mobilenet-simd/models");
    const { loadModel } = await import("mobilenet-simd");
    const net = await loadModel(mobileNetV1({ alpha: 0.25, height: 40, width: 50, classes: 7 }));
    console.log(JSON.stringify(net.run(new Float32Array(40 * 50 * 3))[0].shape));`;
  const cwd = join(import.meta.dirname, "../..");
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd, encoding: "utf8" })).toBe(
    "[1,7]\n",
  );
});
