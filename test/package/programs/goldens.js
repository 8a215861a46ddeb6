/** Run in every runtime: the outputs of a model for many inputs, with the package as it is installed. */
import { loadModel } from "mobilenet-simd";

const ARRAYS = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array };

/** A model of another format, whose reader is a chunk that is loaded for it. */
const LAYERS = {
  modelTopology: {
    class_name: "Sequential",
    config: [{ class_name: "ReLU", config: { name: "y", batch_input_shape: [null, 1, 1, 2], max_value: 6 } }],
  },
  weightsManifest: [],
};

/** Throws if the layers model does not clamp its input. */
export async function checkLayers() {
  const net = await loadModel({ "model.json": new TextEncoder().encode(JSON.stringify(LAYERS)) });
  const clamped = net.run(Float32Array.of(-1, 7))[0].data.join();
  if (clamped !== "0,6") throw new Error(`expected 0,6 of a layers model, got ${clamped}`);
  net.dispose();
}

/**
 * Runs a model, compiled or not, through loadModel().
 *
 * @param inputs the bytes of all inputs, one after the other.
 * @returns the report of what runs, and the bytes of the outputs.
 */
export async function outputsOf(model, inputs, options) {
  const net = await loadModel(model, options);
  const outputs = runAll(net.inputs[0], inputs, (elements) => net.run(elements)[0].data);
  net.dispose();
  return { runtime: net.runtime, outputs };
}

/** The same for a compiled model, given as bytes or as a module, without the package. */
export async function outputsOfPlain(code, inputs) {
  const module = code instanceof WebAssembly.Module ? code : await WebAssembly.compile(code);
  const { memory, input, output, run } = (await WebAssembly.instantiate(module)).exports;
  const [section] = WebAssembly.Module.customSections(module, "mobilenet-simd");
  const description = JSON.parse(new TextDecoder().decode(section));
  const [{ dtype, shape }] = description.outputs;
  const outputs = runAll(description.inputs[0], inputs, (elements) => {
    new elements.constructor(memory.buffer, input(0), elements.length).set(elements);
    const status = run();
    if (status !== 0) throw new Error(`run() returned ${status}`);
    return new ARRAYS[dtype](memory.buffer, output(0), countOf(shape));
  });
  return { runtime: { kernels: description.kernels }, outputs };
}

function runAll({ dtype, shape }, inputs, run) {
  const elements = new ARRAYS[dtype](inputs.buffer);
  const count = countOf(shape);
  const rows = [];
  for (let start = 0; start < elements.length; start += count) {
    const { buffer, byteOffset, byteLength } = run(elements.subarray(start, start + count));
    rows.push(new Uint8Array(buffer, byteOffset, byteLength).slice());
  }
  const outputs = new Uint8Array(rows.length * rows[0].length);
  for (const [index, row] of rows.entries()) outputs.set(row, index * row.length);
  return outputs;
}

function countOf(shape) {
  return shape.reduce((product, size) => product * size);
}
