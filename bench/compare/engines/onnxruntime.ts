/** What onnxruntime-web and onnxruntime-node have in common: the interface of onnxruntime-common. */
import { readFile } from "node:fs/promises";
import type { Onnxruntime, SessionOptions } from "onnxruntime-common";
import { readInput, type Model, type Run } from "./engine.js";

export async function loadSession(ort: Onnxruntime, model: Model, options: SessionOptions): Promise<Run> {
  const session = await ort.InferenceSession.create(await readFile(model.onnx!), options);
  const input = await readInput(model, "nchw");
  const [images, height, width, channels] = model.shape;
  const dtype = model.precision === "uint8" ? "uint8" : "float32";
  const name = session.inputNames[0]!;
  return async () => {
    const tensor = new ort.Tensor(dtype, input, [images, channels, height, width]);
    const outputs = await session.run({ [name]: tensor });
    return outputs[session.outputNames[0]!]!.data;
  };
}
