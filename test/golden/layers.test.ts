/** What TensorFlow Lite's XNNPACK has after every operator, and that fusing operators changes no bit. */
import { expect, test } from "vitest";
import { readTflite } from "../../src/formats/tflite/read.js";
import { prepare } from "../../src/ir/passes/index.js";
import { Program } from "../../src/runtime/program.js";
import { goldenInputs, rgbOf } from "../support/inputs.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { describeShared, sharedBytes, sharedJson } from "../support/shared.js";

interface Layers {
  readonly input_index: number;
  readonly layers: readonly { readonly op_index: number; readonly op: string }[];
}

const MODELS = ["mobilenet_v1_0.25_128_quant", "vww_96_int8", "vww_96_float"];

async function loaded(name: string, build: (typeof BUILDS)[number], keepAll: boolean) {
  const graph = await prepare(await readTflite(sharedBytes("models", `${name}.tflite`)));
  const keep = keepAll ? graph.ops.map((op) => op.outputs[0]!) : [];
  const program = await Program.create(graph, modulesOf(build), { maxMemory: 2 ** 30, keep });
  const { input_index: index } = sharedJson<Layers>("golden", "layers", name, "layers.json");
  const input = program.inputs[0]!;
  const rgb = rgbOf(goldenInputs()[index]!, graph.tensors[graph.inputs[0]!]!.shape[1]!);
  if (input instanceof Float32Array) input.set(Float32Array.from(rgb, (byte) => byte / 255));
  else input.set(input instanceof Int8Array ? Int8Array.from(rgb, (byte) => byte - 128) : rgb);
  program.execute();
  return { graph, program };
}

describeShared.each(BUILDS)("layers, %s", (build) => {
  test.each(MODELS)("%s", async (name) => {
    const { graph, program } = await loaded(name, build, true);
    const { layers } = sharedJson<Layers>("golden", "layers", name, "layers.json");
    expect(graph.ops.length).toBe(layers.length);
    for (const { op_index: index, op } of layers) {
      const file = `${String(index).padStart(2, "0")}_${op.toLowerCase()}.bin`;
      const golden = sharedBytes("golden", "layers", name, "xnnpack", file);
      const output = graph.ops[index]!.outputs[0]!;
      const got = program.read(output);
      const { dtype, quantization } = graph.tensors[output]!;
      if (dtype === "float32") {
        const expected = new Float32Array(golden.buffer);
        const worst = got.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
        expect(worst, file).toBeLessThan(3e-5);
      } else {
        const [scale, zeroPoint] = [quantization!.scale[0]!, quantization!.zeroPoint[0]!];
        const bytes = Uint8Array.from(got, (real) => Math.round(real / scale) + zeroPoint);
        expect(Buffer.compare(bytes, golden), file).toBe(0);
      }
    }
  });

  test.each(MODELS)("%s gives the same bits fused and not", async (name) => {
    const fused = await loaded(name, build, false);
    const single = await loaded(name, build, true);
    expect(fused.program.outputs[0]).toEqual(single.program.outputs[0]);
  });
});
