/**
 * Loads and runs one model file with every build and thread count, in a process that may end badly. Prints a line of JSON
 * for each: the error that came, or the outputs.
 *
 * Arguments: the path of the file, and the options of loadModel() in JSON.
 */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { loadModel } from "../../build/index.js";

/** Runs that take longer, in ms, are not repeated. */
const SLOW = 1000;

const [path, settings] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(path));
// The only shard of each model.json there is four zero bytes.
const model = path.endsWith(".json") ? { "model.json": bytes, a: new Uint8Array(4) } : bytes;

for (const kernels of ["simd", "relaxed"]) {
  for (const threads of [1, 2]) {
    const start = performance.now();
    const result = await attempt({ ...JSON.parse(settings), kernels, threads });
    const ms = Math.round(performance.now() - start);
    console.log(JSON.stringify({ kernels, threads, ms, ...result }));
  }
}

async function attempt(options) {
  let net;
  try {
    net = await loadModel(model, options);
    const [first, second] = [0, 1].map((seed) => net.inputs.map((input) => elements(input, seed)));
    const start = performance.now();
    const outputs = run(net, first);
    const dtypes = net.outputs.map(({ dtype }) => dtype);
    if (performance.now() - start > SLOW) return { outputs, again: outputs, dtypes };
    run(net, second);
    // What ran before must not show.
    return { outputs, again: run(net, first), dtypes };
  } catch (error) {
    return { error: { name: error.name, code: error.code, message: error.message, stack: error.stack } };
  } finally {
    net?.dispose();
  }
}

/** Different numbers in every element, the same for the same seed. */
function elements({ dtype, shape }, seed) {
  const type = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array }[dtype];
  const array = new type(shape.reduce((a, b) => a * b, 1));
  // Not Array.from(): some inputs have 30 million elements.
  for (let i = 0; i < array.length; ++i) {
    array[i] = dtype === "float32" ? Math.sin(i + seed) : ((i + 1) * 37 + seed * 101) % 256;
  }
  return array;
}

/** Some elements of each output, and a sum of all. */
function run(net, input) {
  return net.run(input).map(({ data }) => ({
    first: Array.from(data.subarray(0, 8), String),
    sum: String(data.reduce((sum, value) => sum + value, 0)),
  }));
}
