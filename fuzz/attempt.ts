/** One mutant: a typed error, or the same outputs in every build, on one and two threads, alone and in a batch. */
import { loadModel, PackageError, type LoadOptions, type Network, type TensorValue } from "mobilenet-simd";
import { elementCount, type TensorView } from "../src/ir/tensor.js";
import { bestKernels } from "../src/runtime/features.js";
import type { Program } from "../src/runtime/program.js";
import type { Mutant } from "./mutants.js";

const MAX_MEMORY = 64 * 2 ** 20;

/** Loading a small file takes at most so long, in ms of this process's CPU. */
const MAX_LOAD = 2000;

/** And at most so many bytes beyond the network's own. */
const MAX_LOAD_BYTES = 256 * 2 ** 20;

/** Multiply-accumulates of a run; mutants with more are only loaded. */
const MAX_MULT_ADDS = 2e8;

/** With garbage above this, in bytes, it is collected before the next network is loaded. */
const MUCH = 400 * 2 ** 20;

/** Fills the scratch tiles, the arena and all after it. */
const POISONS: readonly ((buffer: ArrayBufferLike, from: number) => void)[] = [
  (buffer, from) => void new Uint8Array(buffer, from).fill(0x7f),
  (buffer, from) => void new Uint8Array(buffer, from).fill(0x80),
  (buffer, from) => void new Uint8Array(buffer, from).fill(0xff),
  (buffer, from) => void new Float32Array(buffer, from).fill(NaN),
  (buffer, from) => void new Float32Array(buffer, from).fill(Infinity),
];

/**
 * Returns the name of the typed error, or "runs".
 *
 * @throws Error for anything that docs/security.md rules out.
 */
export async function attempt({ kind, model, poison }: Mutant): Promise<string> {
  if (kind === "wasm") {
    const first = await outputsOf(model, {}, poison);
    return typeof first === "string" ? first : "runs";
  }
  const simd = await compareThreads(model, "simd", poison);
  if (bestKernels() === "relaxed") {
    const relaxed = await compareThreads(model, "relaxed", poison);
    // float32 outputs differ in the last bits
    expectSame(simd, relaxed, "relaxed", ({ dtype }) => dtype !== "float32");
  }
  return typeof simd === "string" ? simd : "runs";
}

type Outcome = string | readonly TensorValue[];

/** The outcome on one thread, which that on two threads and in a batch must be, too. */
async function compareThreads(model: Mutant["model"], kernels: "simd" | "relaxed", poison: number): Promise<Outcome> {
  const alone = await outputsOf(model, { kernels }, poison);
  expectSame(alone, await outputsOf(model, { kernels, threads: 2 }, poison), `${kernels}, 2 threads`);
  const batch = await outputsOf(model, { kernels, batch: 2 }, poison);
  // Some models have no batch, and some have no room for one.
  if (typeof alone !== "string" && typeof batch !== "string") {
    const halves = batch.map((output) => ({ ...output, data: output.data.slice(0, output.data.length / 2) }));
    expectSame(alone, halves, `${kernels}, batch`);
  }
  return alone;
}

function expectSame(
  first: Outcome,
  other: Outcome,
  how: string,
  isExact: (output: TensorValue) => boolean = () => true,
): void {
  if (typeof first === "string" || typeof other === "string") {
    if (first !== other) throw new Error(`${how}: ${describe(first)} became ${describe(other)}`);
    return;
  }
  for (const [i, output] of first.entries()) {
    if (isExact(output) && !bytesOf([output]).equals(bytesOf([other[i]!])))
      throw new Error(`${how}: output ${i} differs`);
  }
}

function describe(outcome: Outcome): string {
  return typeof outcome === "string" ? outcome : "outputs";
}

/** The name of the error, or the outputs, which are the same whatever ran before and whatever memory held. */
async function outputsOf(model: Mutant["model"], options: LoadOptions, poison: number): Promise<Outcome> {
  if (process.memoryUsage.rss() > MUCH) globalThis.gc!();
  let net: Network | undefined;
  try {
    net = await load(model, { ...options, maxMemory: MAX_MEMORY });
    const images = options.batch ?? 1;
    if (net.layers.reduce((sum, { multAdds }) => sum + multAdds, 0) * images > MAX_MULT_ADDS) return "too much to run";
    const x = inputsOf(net, 1);
    const outputs = net.run(x);
    net.run(inputsOf(net, 2));
    expectSame(outputs, net.run(x), "after another input");
    // Not in the types of the package. A compiled model has a runner of another kind.
    const { inputs, plan } = (net as unknown as { readonly runner: Partial<Program> }).runner;
    if (inputs && plan) {
      if (inputs[0]) POISONS[poison % POISONS.length]!(inputs[0].buffer, plan.tiles[0]!);
      expectSame(outputs, net.run(x), `after poison ${poison % POISONS.length}`);
    }
    return outputs;
  } catch (error) {
    return nameOf(error);
  } finally {
    net?.dispose();
  }
}

async function load(model: Mutant["model"], options: LoadOptions): Promise<Network> {
  const [cpu, rss] = [process.cpuUsage(), process.memoryUsage.rss()];
  const net = await loadModel(model, options);
  const ms = process.cpuUsage(cpu).user / 1000;
  if (ms > MAX_LOAD) throw new Error(`loading took ${Math.round(ms)} ms`);
  const bytes = process.memoryUsage.rss() - rss - net.memory.total;
  if (bytes > MAX_LOAD_BYTES) throw new Error(`loading took ${bytes} bytes beyond the network's`);
  return net;
}

/** The name of a typed error; throws any other. */
function nameOf(error: unknown): string {
  const isOfArgument = error instanceof RangeError || error instanceof TypeError;
  if (!(error instanceof PackageError || (isOfArgument && /^(input )?"/.test(error.message)))) throw error;
  // oxlint-disable-next-line no-control-regex -- looked for
  if (error.message.length > 500 || /[\u0000-\u001f\u007f-\u009f]/.test(error.message)) {
    throw new Error("a message is too long or has control characters", { cause: error });
  }
  return error.name;
}

/** Elements that differ by image, so that the first of a batch has those of a network alone. */
function inputsOf(net: Network, step: number): TensorView[] {
  return net.inputs.map(({ dtype, shape }) => {
    const type = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }[dtype as "float32"];
    return type.from({ length: elementCount(shape) }, (_, i) =>
      dtype === "float32" ? Math.sin(step * i) : (step * i * 41) % 256,
    );
  });
}

export function bytesOf(outputs: readonly TensorValue[]): Buffer {
  return Buffer.concat(outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
}
