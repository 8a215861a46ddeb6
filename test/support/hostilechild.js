/**
 * Loads and runs one model file with every build and thread count, in a process that may end badly. Prints a line of JSON
 * for each: the error that came, or the outputs; the bytes by which loading raised the peak of the process's memory beyond
 * the network's own; and for the first the steps that loading took.
 *
 * Arguments: the path of the file, and the options of loadModel() in JSON.
 */
import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { performance } from "node:perf_hooks";
import { loadModel } from "../../build/index.js";

/** Where the package's code is. */
const BUILD = new URL("../../build/", import.meta.url).href;

/** Arrays by their type, length and seed: some inputs have 30 million elements. */
const made = new Map();

/** Runs that take longer, in ms, are not repeated. */
const SLOW = 1000;

const [path, settings] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(path));
// The only shard of each model.json there is four zero bytes.
const model = path.endsWith(".json") ? { "model.json": bytes, a: new Uint8Array(4) } : bytes;

for (const kernels of ["simd", "relaxed"]) {
  for (const threads of [1, 2]) {
    const isFirst = kernels === "simd" && threads === 1;
    const result = await attempt({ ...JSON.parse(settings), kernels, threads }, isFirst);
    console.log(JSON.stringify({ kernels, threads, ...result }));
  }
}

async function attempt(options, isCounted) {
  let net;
  let cost;
  try {
    cost = await costOf(async () => (net = await loadModel(model, options)), isCounted);
    if (cost.error) throw cost.error;
    const [first, second] = [0, 1].map((seed) => net.inputs.map((input) => elements(input, seed)));
    const start = performance.now();
    const outputs = run(net, first);
    const dtypes = net.outputs.map(({ dtype }) => dtype);
    if (performance.now() - start > SLOW) return { ...cost, outputs, again: outputs, dtypes };
    run(net, second);
    // What ran before must not show.
    return { ...cost, outputs, again: run(net, first), dtypes };
  } catch (error) {
    return { ...cost, error: { name: error.name, code: error.code, message: error.message, stack: error.stack } };
  } finally {
    net?.dispose();
  }
}

/** The memory and, if they are counted, the steps of a load, and its error. */
async function costOf(load, isCounted) {
  const count = isCounted ? await countSteps() : async () => undefined;
  const before = peak();
  let net;
  let error;
  try {
    net = await load();
  } catch (thrown) {
    error = thrown;
  }
  const grown = peak() - before - (net?.memory.total ?? 0);
  return { bytes: grown, steps: await count(), error };
}

function peak() {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * Begins to count how often each block of the package's code runs, which is the same on every machine and under any load.
 * Returns a function that ends it and gives the sum.
 */
async function countSteps() {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return async () => {
    const { result } = await session.post("Profiler.takePreciseCoverage");
    await session.post("Profiler.stopPreciseCoverage");
    session.disconnect();
    const blocks = result
      .filter(({ url }) => url.startsWith(BUILD))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges));
    return blocks.reduce((sum, { count }) => sum + count, 0);
  };
}

/** Different numbers in every element, the same for the same seed. */
function elements({ dtype, shape }, seed) {
  const count = shape.reduce((a, b) => a * b, 1);
  const key = `${dtype} ${count} ${seed}`;
  if (made.has(key)) return made.get(key);
  const array = new { float32: Float32Array, uint8: Uint8Array, int8: Int8Array }[dtype](count);
  for (let i = 0; i < count; ++i) array[i] = dtype === "float32" ? Math.sin(i + seed) : (i + 1) * 37 + seed * 101;
  made.set(key, array);
  return array;
}

/** Some elements of each output, and a sum of all. */
function run(net, input) {
  return net.run(input).map(({ data }) => ({
    first: Array.from(data.subarray(0, 8), String),
    sum: String(data.reduce((sum, value) => sum + value, 0)),
  }));
}
