/**
 * Fuzzes loadModel() and run(): `npm run fuzz -- [--minutes 2] [--seed N] [--out folder]`.
 *
 * Mutates valid models: fields of graphs before they are written, bytes of .tflite files, and values of model.json. Each
 * mutant must end in a typed error, or run with the same outputs twice, on one and two threads, and in every build. After
 * each, a canary network must give the bytes it gave at first. Mutants that fail are saved, and the exit code is 1.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadModel, PackageError, type LoadOptions, type Network, type TensorValue } from "mobilenet-simd";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { seededRandom } from "../src/models/random.js";
import { bestKernels } from "../src/runtime/features.js";
import { mutants, type Mutant } from "./mutate.js";

const MAX_MEMORY = 64 * 2 ** 20;

/** Loading a small file takes at most so long, in ms of this process's CPU. */
const MAX_LOAD = 2000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    out: { type: "string", default: "build/fuzz" },
  },
});
const seed = Number(values.seed);
const random = seededRandom(seed);
const counts: Record<string, number> = {};
let failures = 0;

console.log(`seed ${seed}, ${values.minutes} minutes`);
const canary = await loadModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }));
const canaryInput = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.sin(i));
const canaryOutput = bytesOf(canary.run(canaryInput));

const end = performance.now() + Number(values.minutes) * 60_000;
for (const mutant of mutants(random)) {
  if (performance.now() > end) break;
  let outcome: string;
  try {
    outcome = await attempt(mutant);
    if (!canaryOutput.equals(bytesOf(canary.run(canaryInput)))) throw new Error("the canary's output changed");
  } catch (error) {
    outcome = "FAILED";
    save(mutant, error as Error);
  }
  const key = `${mutant.kind}: ${outcome}`;
  counts[key] = (counts[key] ?? 0) + 1;
}
console.table(counts);
console.log(`${failures} failures, seed ${seed}`);
process.exitCode = failures ? 1 : 0;

/** Returns the name of the typed error, or "runs". Throws for anything else. */
async function attempt({ model, threaded }: Mutant): Promise<string> {
  const first = await outputsOf(model, { kernels: "simd" });
  const others: LoadOptions[] = bestKernels() === "relaxed" ? [{ kernels: "relaxed" }] : [];
  if (threaded) others.push({ kernels: "simd", threads: 2 });
  for (const options of others) {
    const other = await outputsOf(model, options);
    if (typeof first === "string" || typeof other === "string") {
      if (first !== other) throw new Error(`${JSON.stringify(options)}: ${String(first)} became ${String(other)}`);
      continue;
    }
    for (const [i, { dtype }] of first.entries()) {
      const isExact = dtype !== "float32" || options.kernels === "simd";
      if (isExact && !bytesOf([first[i]!]).equals(bytesOf([other[i]!]))) {
        throw new Error(`${JSON.stringify(options)}: output ${i} differs`);
      }
    }
  }
  return typeof first === "string" ? first : "runs";
}

async function outputsOf(model: Mutant["model"], options: LoadOptions): Promise<string | TensorValue[]> {
  let net: Network | undefined;
  const before = process.cpuUsage();
  try {
    net = await loadModel(model, { ...options, maxMemory: MAX_MEMORY });
    const { user } = process.cpuUsage(before);
    if (user / 1000 > MAX_LOAD) throw new Error(`loading took ${Math.round(user / 1000)} ms`);
    if (net.layers.reduce((sum, { multAdds }) => sum + multAdds, 0) > 1e9) return "too much to run";
    const x = inputsOf(net, 1);
    const outputs = net.run(x);
    net.run(inputsOf(net, 2));
    if (!bytesOf(net.run(x)).equals(bytesOf(outputs))) throw new Error("the same input gives other outputs");
    return outputs;
  } catch (error) {
    const isOfArgument = error instanceof RangeError || error instanceof TypeError;
    if (error instanceof PackageError || (isOfArgument && /^(input )?"/.test(error.message))) {
      if (error.message.length > 500) throw new Error("a message is too long", { cause: error });
      return error.name;
    }
    throw error;
  } finally {
    net?.dispose();
  }
}

function inputsOf(net: Network, step: number) {
  return net.inputs.map(({ dtype, shape }) => {
    const type = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }[dtype as "float32"];
    const length = shape.reduce((a, b) => a * b, 1);
    return type.from({ length }, (_, i) => (dtype === "float32" ? Math.sin(step * i) : (step * i * 41) % 256));
  });
}

function bytesOf(outputs: readonly TensorValue[]): Buffer {
  return Buffer.concat(outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
}

function save({ kind, model }: Mutant, error: Error): void {
  mkdirSync(values.out, { recursive: true });
  const name = join(values.out, `${seed}-${++failures}`);
  const isBytes = model instanceof Uint8Array;
  writeFileSync(`${name}.${isBytes ? "tflite" : "json"}`, isBytes ? model : (model["model.json"] as Uint8Array));
  console.error(`${name} (${kind}): ${error.stack}`);
}
