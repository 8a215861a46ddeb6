/** What TensorFlow.js answers for the MobileNet of Keras: at every layer for one picture, at the end for ten. */
import { expect, test } from "vitest";
import { readModel } from "../../src/formats/index.js";
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import { batchNormsAsDepthwise } from "../../src/ir/passes/batchnorm.js";
import { Program } from "../../src/runtime/program.js";
import { readSource } from "../../src/io/source.js";
import { prepare } from "../../src/ir/passes/index.js";
import { goldenInputs, rgbOf, sha256 } from "../support/inputs.js";
import { loadModel } from "../support/load.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { describeShared, HAVE_SHARED, sharedFloats, sharedJson, sharedPath } from "../support/shared.js";

const NAME = "keras_mobilenet_v1_1.0_224";
const FILE = sharedPath("models", NAME, "model.json");

/** Absolute, from the golden's README: three to four times what engines differ by among themselves. */
const ACTIVATION_TOLERANCE = 5e-4;
const SOFTMAX_TOLERANCE = 5e-5;

/** Layers whose outputs are clamped, averaged or probabilities; `conv_preds` and raw layers are not. */
const CLAMPED = new Set(["Activation", "GlobalAveragePooling2D", "Reshape"]);
const SOFTMAX = new Set(["act_softmax", "reshape_2"]);

interface Index {
  readonly inputs: readonly { readonly row: number; readonly name: string; readonly sha256_float32: string }[];
}

interface LayerGolden {
  readonly name: string;
  readonly class: string;
  readonly shape: readonly number[];
  readonly cpu: Record<"min" | "max" | "mean" | "std", number> & Record<"first64" | "scattered64", number[]>;
}

const { inputs } = HAVE_SHARED ? sharedJson<Index>("golden", NAME, "index.json") : { inputs: [] };
const { layers } = HAVE_SHARED ? sharedJson<{ layers: LayerGolden[] }>("golden", NAME, "layers.json") : { layers: [] };

/** The pixels of a golden input, each step rounded to float32; checked, so that a difference is the network's. */
function inputOf(name: string): Float32Array {
  const { sha256_float32: expected } = inputs.find((input) => input.name === name)!;
  const rgb = rgbOf(
    goldenInputs().find((input) => input.name === name)!,
    224,
  );
  const x = Float32Array.from(rgb, (byte) => Math.fround(byte / 127.5) - 1);
  expect(sha256(x), name).toBe(expected);
  return x;
}

async function readKeras(): Promise<Graph> {
  return readModel(await readSource(FILE, "model", 2 ** 28));
}

function expectClose(got: ArrayLike<number>, golden: ArrayLike<number>, tolerance: number, what: string): void {
  expect(got.length, what).toBe(golden.length);
  let worst = 0;
  for (let i = 0; i < got.length; ++i) {
    const error = Math.abs(got[i]! - golden[i]!);
    worst = error <= worst ? worst : error; // NaN stays
  }
  expect(worst, what).toBeLessThanOrEqual(tolerance);
}

/** A layer against its statistics and the samples of it that are stored. */
function expectLayer(got: Float32Array, { name, shape, cpu }: LayerGolden, tolerance: number): void {
  const size = shape.reduce((a, b) => a * b, 1);
  expect(got.length, name).toBe(size);
  expectClose(got.subarray(0, 64), cpu.first64, tolerance, `${name}: first values`);
  const scattered = cpu.scattered64.map((_, k) => got[(Math.imul(k, 2654435761) >>> 0) % size]!);
  expectClose(scattered, cpu.scattered64, tolerance, `${name}: scattered values`);
  const mean = got.reduce((sum, value) => sum + value / size, 0);
  const low = got.reduce((a, b) => Math.min(a, b));
  const high = got.reduce((a, b) => Math.max(a, b));
  expectClose([mean, low, high], [cpu.mean, cpu.min, cpu.max], tolerance, `${name}: mean, least and most`);
}

describeShared.each(BUILDS)("Keras MobileNet, %s", (build) => {
  test("ten inputs: pooled features, logits, probabilities", async () => {
    const graph = await prepare(await readKeras());
    const tensor = (name: string) => graph.tensors.findIndex((it) => it.name === name);
    const [pooled, logits] = [tensor("global_average_pooling2d_1"), tensor("conv_preds")];
    const program = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 28, keep: [pooled, logits] });
    for (const engine of ["cpu", "wasm"]) {
      const golden = (what: string) => sharedFloats("golden", NAME, engine, `${what}.f32`);
      const [goldenPooled, goldenLogits, goldenSoftmax] = ["pooled", "logits", "softmax"].map(golden);
      for (const { row, name } of inputs) {
        program.inputs[0]!.set(inputOf(name));
        program.execute();
        const of = (all: Float32Array | undefined, count: number) => all!.subarray(row * count, (row + 1) * count);
        expectClose(program.read(pooled), of(goldenPooled, 1024), ACTIVATION_TOLERANCE, `${name}: pooled`);
        expectClose(program.read(logits), of(goldenLogits, 1000), ACTIVATION_TOLERANCE, `${name}: logits`);
        expectClose(program.outputs[0]!, of(goldenSoftmax, 1000), SOFTMAX_TOLERANCE, `${name}: softmax`);
      }
    }
  });

  test.each([
    ["folded", (graph: Graph) => prepare(graph), ({ class: kind }: LayerGolden) => CLAMPED.has(kind)],
    // Raw convolutions and batch norms as well: every layer of the file is one of ours; Dropout does nothing.
    ["unfolded", batchNormsAsDepthwise, ({ class: kind }: LayerGolden) => kind !== "Dropout"],
  ])("every layer, %s", async (_, rewrite, isThere) => {
    const graph = buildGraph(await rewrite(await readKeras()));
    const made = new Map(graph.ops.map(({ outputs }) => [graph.tensors[outputs[0]!]!.name, outputs[0]!]));
    const program = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 28, keep: [...made.values()] });
    program.inputs[0]!.set(inputOf("grace_hopper.bmp"));
    program.execute();
    const wanted = layers.filter(isThere);
    expect(wanted.length).toBeGreaterThanOrEqual(27 + 3);
    for (const layer of wanted) {
      const tolerance = SOFTMAX.has(layer.name) ? SOFTMAX_TOLERANCE : ACTIVATION_TOLERANCE;
      // Sums that no clamp to 0…6 has met are as much larger as they spread.
      const scale = CLAMPED.has(layer.class) ? 1 : Math.max(1, layer.cpu.std);
      expectLayer(program.read(made.get(layer.name)!), layer, tolerance * scale);
    }
    for (const name of ["conv_pw_11", "conv_dw_12", "conv_pw_12", "conv_dw_13", "conv_pw_13"].map(
      (it) => `${it}_relu`,
    )) {
      const golden = sharedFloats("golden", NAME, "cpu", "layers", `${name}.f32`);
      expectClose(program.read(made.get(name)!), golden, ACTIVATION_TOLERANCE, `${name}, whole`);
    }
  });
});

describeShared("Keras MobileNet", () => {
  test("loads as any model does", async () => {
    const net = await loadModel(FILE);
    expect(net.inputs).toEqual([{ name: "input_1", dtype: "float32", shape: [1, 224, 224, 3] }]);
    expect(net.outputs).toEqual([{ name: "reshape_2", dtype: "float32", shape: [1, 1000] }]);
    // 27 convolutions and the classifier, with what batch norm leaves in them; pooling, two reshapes, softmax.
    expect(net.layers.length).toBe(32);
    const total = (what: "parameters" | "multAdds") => net.layers.reduce((sum, layer) => sum + layer[what], 0);
    expect([total("parameters"), total("multAdds")]).toEqual([4221032, 568740352]);
    const cat = {
      data: rgbOf(
        goldenInputs().find(({ name }) => name === "cat.bmp")!,
        224,
      ),
      width: 224,
      height: 224,
    };
    expect(net.classify(cat, { crop: 1, topK: 1 })).toMatchObject([
      { index: 909, score: expect.closeTo(0.9997172, 4) as number },
    ]);
    expect(net.embed(cat).length).toBe(1024);
  });
});
