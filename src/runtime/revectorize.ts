/**
 * The opt-in to V8's revectorization, which joins neighbouring v128 into vectors of 256 bits. An experimental flag of the
 * whole process, so it is set only when asked for, and believed only after a check. Loaded on demand.
 */
import { buildGraph, type Graph } from "../ir/graph.js";
import { NO_PADDING } from "../ir/window.js";
import type { Op } from "../ir/ops/index.js";
import type { Quantization, Tensor } from "../ir/tensor.js";
import { startedWide, WIDE_FLAG } from "./features.js";
import type { ModuleSource } from "./kernels.js";
import { Program } from "./program.js";

/**
 * Sets the flag, and sees whether the wide kernels then compute the same as the others, and faster.
 *
 * @returns why they cannot be used; undefined if they can.
 */
export async function whyNotWide(modules: ModuleSource): Promise<string | undefined> {
  const { process } = globalThis;
  const node = Number(process?.versions?.node?.split(".")[0] ?? 0);
  if (node < 24 || process.arch !== "x64") return `V8's revectorization needs Node 24 or later on x64`;
  if (!startedWide()) process.getBuiltinModule("node:v8").setFlagsFromString(WIDE_FLAG);
  // Compiled after the flag is set: a module keeps the code it has.
  const [wide, relaxed] = [modules("wide", false), modules("relaxed", false)];
  if (!wide || !relaxed) return "this entry of the package has no wide kernels";
  const graph = sample();
  const [program, oracle] = await Promise.all(
    [wide, relaxed].map(async (kernels) => Program.create(graph, await kernels, OPTIONS)),
  );
  const ratio = gain(program!, oracle!);
  const [got, expected] = [program!.outputs[0]!, oracle!.outputs[0]!];
  if (got.some((value, i) => value !== expected[i])) return "the wide kernels do not compute the same as the others";
  return ratio < LEAST_GAIN ? `the wide kernels are ${ratio.toFixed(2)} times as fast as the others` : undefined;
}

const OPTIONS = { maxMemory: 2 ** 24, keep: [] };

/** How much faster the wide kernels have to be. */
const LEAST_GAIN = 1.15;

/** Milliseconds in which V8 has optimised the kernels, so that times mean something, and after which no gain will come. */
const WARM_UP = 80;
const PATIENCE = 400;

/** How many times as fast one program is as the other, by the fastest run of each. */
function gain(program: Program, other: Program): number {
  const programs = [program, other];
  const times = [Infinity, Infinity];
  const begin = performance.now();
  for (;;) {
    for (const [index, each] of programs.entries()) {
      each.inputs[0]!.set(WAVE);
      const start = performance.now();
      each.execute();
      times[index] = Math.min(times[index]!, performance.now() - start);
    }
    const ratio = times[1]! / times[0]!;
    const elapsed = performance.now() - begin;
    if (elapsed > PATIENCE || (elapsed > WARM_UP && ratio >= LEAST_GAIN)) return ratio;
  }
}

const SIDE = 12;
const CHANNELS = 128;
const WAVE = Float32Array.from({ length: SIDE * SIDE * CHANNELS }, (_, i) => Math.sin(i));

/** A pointwise convolution in float32 and one in 8 bits. */
function sample(): Graph {
  const shape = [1, SIDE, SIDE, CHANNELS];
  const wave = { length: CHANNELS * CHANNELS };
  const quantization: Quantization = { scale: [0.05], zeroPoint: [0], axis: 0 };
  const kernel = [CHANNELS, 1, 1, CHANNELS];
  const tensors: Tensor[] = [
    { name: "x", shape, dtype: "float32" },
    { name: "float weights", shape: kernel, dtype: "float32", data: Float32Array.from(wave, (_, i) => Math.cos(i)) },
    { name: "float", shape, dtype: "float32" },
    { name: "bytes", shape, dtype: "int8", quantization },
    {
      name: "byte weights",
      shape: kernel,
      dtype: "int8",
      data: Int8Array.from(wave, (_, i) => (i * 7) % 127),
      quantization,
    },
    { name: "product", shape, dtype: "int8", quantization: { ...quantization, scale: [20] } },
    { name: "y", shape, dtype: "float32" },
  ];
  const pointwise = { type: "convolution", stride: [1, 1], padding: NO_PADDING, activation: "none" } as const;
  const ops: Op[] = [
    { ...pointwise, inputs: [0, 1], outputs: [2] },
    { type: "quantize", inputs: [2], outputs: [3] },
    { ...pointwise, inputs: [3, 4], outputs: [5] },
    { type: "dequantize", inputs: [5], outputs: [6] },
  ];
  return buildGraph({ tensors, ops, inputs: [0], outputs: [6] });
}
