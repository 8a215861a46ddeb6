/** What every runtime is asked: the outputs of a model for many inputs, on the package as it is installed. */
import { loadModel } from "mobilenet-simd";

/** @returns what runs, and the outputs one after the other. */
export async function outputsOf(model, inputs, options) {
  const net = await loadModel(model, options);
  const length = net.inputs[0].shape.reduce((product, size) => product * size);
  const rows = [];
  for (let start = 0; start < inputs.length; start += length) {
    rows.push(net.run(inputs.subarray(start, start + length))[0].data);
  }
  const outputs = new Uint8Array(rows.length * rows[0].length);
  for (const [index, row] of rows.entries()) outputs.set(row, index * row.length);
  net.dispose();
  return { build: net.build, outputs };
}
