/** What every runtime is asked: the outputs of a model for many inputs, on the package as it is installed. */
import { loadModel } from "mobilenet-simd";

/** A model of another format, whose reader is a chunk that is loaded for it. */
const LAYERS = {
  modelTopology: {
    class_name: "Sequential",
    config: [{ class_name: "ReLU", config: { name: "y", batch_input_shape: [null, 1, 1, 2], max_value: 6 } }],
  },
  weightsManifest: [],
};

async function checkLayers() {
  const net = await loadModel({ "model.json": new TextEncoder().encode(JSON.stringify(LAYERS)) });
  const clamped = net.run(Float32Array.of(-1, 7))[0].data.join();
  if (clamped !== "0,6") throw new Error(`expected 0,6 of a layers model, got ${clamped}`);
  net.dispose();
}

/** @returns what runs, and the outputs one after the other. */
export async function outputsOf(model, inputs, options) {
  await checkLayers();
  const net = await loadModel(model, options);
  const length = net.inputs[0].shape.reduce((product, size) => product * size);
  const rows = [];
  for (let start = 0; start < inputs.length; start += length) {
    rows.push(net.run(inputs.subarray(start, start + length))[0].data);
  }
  const outputs = new Uint8Array(rows.length * rows[0].length);
  for (const [index, row] of rows.entries()) outputs.set(row, index * row.length);
  net.dispose();
  return { runtime: net.runtime, outputs };
}
