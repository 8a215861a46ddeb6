/** Times networks on this machine. It needs nothing of Node, so a page can run it as well; the caller brings loadModel(). */
import type { LoadModel, Network, RuntimeReport } from "../index.js";
import type { TensorView } from "../ir/tensor.js";
import { mobileNetV1 } from "../models/mobilenetv1.js";
import { quantized } from "../models/quantized.js";
import { seededRandom } from "../models/random.js";

type Model = Parameters<LoadModel>[0];

/** A network to time. */
export interface Subject {
  readonly name: string;
  /** Returns what loadModel() takes, once for all its runs. */
  model(): Model;
}

export interface Timing extends RuntimeReport {
  readonly network: string;
  /** Milliseconds of a run: it copies the input in, infers, and copies the output out. */
  readonly min: number;
  readonly median: number;
  /** Number of runs that were measured. */
  readonly runs: number;
}

/** MobileNet V1 of three sizes in float32 and int8, with seeded weights. */
export const FAMILY: readonly Subject[] = (
  [
    ["1.0/224", { alpha: 1, resolution: 224 }],
    ["0.5/160", { alpha: 0.5, resolution: 160 }],
    ["0.25/128", { alpha: 0.25, resolution: 128 }],
  ] as const
).flatMap(([name, options]) => [
  { name: `${name} float32`, model: () => mobileNetV1(options) },
  { name: `${name} int8`, model: () => quantized(mobileNetV1(options)) },
]);

const LEAST_SAMPLES = 5;

/** A sample takes this many ticks of the clock or more. A page's clock may tick only each millisecond. */
const TICKS = 50;

/**
 * Times each network on one thread, and on the threads that "auto" gives if these are more; if they are not, `reasons` of
 * the first may say why.
 *
 * @param milliseconds how long to measure each, after a quarter as long to warm up.
 */
export async function* timeNetworks(
  loadModel: LoadModel,
  subjects: readonly Subject[],
  milliseconds: number,
): AsyncGenerator<Timing, void, undefined> {
  const tick = clockTick();
  const time = async (network: string, net: Network): Promise<Timing> => {
    await new Promise((resolve) => setTimeout(resolve)); // a page may draw between two networks
    const timing = { network, ...net.runtime, ...timeRuns(net, milliseconds, tick) };
    net.dispose();
    return timing;
  };
  for (const { name, model } of subjects) {
    const loaded = model();
    const one = await time(name, await loadModel(loaded));
    const all = await loadModel(loaded, { threads: "auto" });
    const { threads, reasons } = all.runtime;
    yield { ...one, ...(reasons && { reasons }) };
    if (threads > 1) yield await time(name, all);
    else all.dispose();
  }
}

/** Measures runs on noise: how long a run takes does not depend on the input. */
function timeRuns(net: Network, milliseconds: number, tick: number): Pick<Timing, "min" | "median" | "runs"> {
  const inputs = net.inputs.map(noise);
  const warm = performance.now();
  let count = 0;
  do {
    net.run(inputs);
    ++count;
  } while (performance.now() - warm < milliseconds / 4);
  const runsPerSample = Math.max(1, Math.ceil((TICKS * tick * count) / (performance.now() - warm)));
  const samples: number[] = [];
  for (const begin = performance.now(); performance.now() - begin < milliseconds || samples.length < LEAST_SAMPLES;) {
    const start = performance.now();
    for (let run = 0; run < runsPerSample; ++run) net.run(inputs);
    samples.push((performance.now() - start) / runsPerSample);
  }
  samples.sort((a, b) => a - b);
  return { min: samples[0]!, median: samples[samples.length >> 1]!, runs: samples.length * runsPerSample };
}

/** The finest step of performance.now() seen, in milliseconds. */
function clockTick(): number {
  let finest = Infinity;
  for (let step = 0; step < 20; ++step) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    finest = Math.min(finest, now - start);
  }
  return finest;
}

/** Elements for an input: float32 in -1…1, or any bytes. */
function noise({ dtype, shape }: Network["inputs"][number]): TensorView {
  const random = seededRandom(1);
  const length = shape.reduce((a, b) => a * b, 1);
  if (dtype === "float32") return Float32Array.from({ length }, () => 2 * random() - 1);
  const bytes = Uint8Array.from({ length }, () => 256 * random());
  return dtype === "int8" ? new Int8Array(bytes.buffer) : bytes;
}
