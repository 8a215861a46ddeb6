/**
 * The opt-in to V8's revectorization, which joins neighbouring v128 into vectors of 256 bits. An experimental flag of the
 * whole process, so it is set only when asked for, and believed only after a check. Loaded on demand.
 */
import { buildGraph, type Graph } from "../graph/graph.js";
import { NO_PADDING, type Op } from "../graph/ops.js";
import type { Quantization, Tensor } from "../graph/tensor.js";
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
  const times = [program!, oracle!].map(fastest);
  const [got, expected] = [program!.outputs[0]!, oracle!.outputs[0]!];
  if (got.some((value, i) => value !== expected[i])) return "the wide kernels do not compute the same as the others";
  const ratio = times[1]! / times[0]!;
  return ratio < LEAST_GAIN ? `the wide kernels are ${ratio.toFixed(2)} times as fast as the others` : undefined;
}

const OPTIONS = { maxMemory: 2 ** 24, keep: [] };

/** How much faster the wide kernels have to be. */
const LEAST_GAIN = 1.15;

/** Milliseconds for which each program runs so that V8 optimises it, and then is timed. */
const DURATION = 40;

/** The fastest run of a program, in milliseconds. */
function fastest(program: Program): number {
  const x = program.inputs[0]!.map((_, i) => Math.sin(i));
  let best = Infinity;
  for (const end = performance.now() + DURATION; performance.now() < end;) {
    program.inputs[0]!.set(x);
    const start = performance.now();
    program.execute();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** A pointwise convolution in float32 and one in 8 bits. */
function sample(): Graph {
  const side = 12;
  const channels = 128;
  const shape = [1, side, side, channels];
  const wave = { length: channels * channels };
  const quantization: Quantization = { scale: [0.05], zeroPoint: [0], axis: 0 };
  const kernel = [channels, 1, 1, channels];
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
