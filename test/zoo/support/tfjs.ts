/** TensorFlow.js: answers of its plain backend, times of its WebAssembly backend. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { TensorView } from "../../../src/ir/tensor.js";
import { median, type Other } from "./compare.js";

const require = createRequire(new URL("../package.json", import.meta.url));
const tf = require("@tensorflow/tfjs-core") as Core;
require("@tensorflow/tfjs-backend-cpu");
require("@tensorflow/tfjs-backend-wasm");
const converter = require("@tensorflow/tfjs-converter") as { loadGraphModel(handler: object): Promise<Model> };

interface TfTensor {
  dataSync(): ArrayLike<number>;
  readonly shape: readonly number[];
}

interface Core {
  setBackend(name: string): Promise<boolean>;
  tensor(data: TensorView, shape: readonly number[], dtype: string): TfTensor;
  dispose(tensors: unknown): void;
}

interface Model {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[];
  execute(inputs: TfTensor | readonly TfTensor[]): TfTensor | readonly TfTensor[];
}

/** Files of a model: its JSON, and the bytes of all weights. */
export interface ModelFiles {
  readonly json: Uint8Array;
  readonly weights: Uint8Array;
}

/** Loads a graph model. */
export async function startGraphModel({ json, weights }: ModelFiles): Promise<Other> {
  const { modelTopology, signature, weightsManifest } = JSON.parse(Buffer.from(json).toString()) as {
    modelTopology: unknown;
    signature: unknown;
    weightsManifest: readonly { readonly weights: readonly unknown[] }[];
  };
  const artifacts = {
    modelTopology,
    signature,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weights.slice().buffer,
  };
  const load = async (backend: string) => {
    await tf.setBackend(backend);
    return converter.loadGraphModel({ load: () => Promise.resolve(artifacts) });
  };
  const run = (model: Model, inputs: readonly TensorView[]) => {
    const tensors = inputs.map((data, i) => {
      const { shape, dtype } = model.inputs[i]!;
      return tf.tensor(
        data,
        shape.map((size) => Math.abs(size)),
        dtype,
      );
    });
    const outputs = [model.execute(tensors)].flat() as readonly TfTensor[];
    const data = outputs.map((output) => output.dataSync());
    tf.dispose([tensors, outputs]);
    return data;
  };
  const plain = await load("cpu");
  return {
    async run(inputs) {
      await tf.setBackend("cpu");
      return run(plain, inputs);
    },
    async time(inputs) {
      try {
        const model = await load("wasm");
        return await median(() => void run(model, inputs));
      } catch (error) {
        console.warn(`the WebAssembly backend cannot run it: ${String(error)}`);
        return undefined;
      }
    },
  };
}

export function graphModelFiles(path: string): ModelFiles {
  return { json: readFileSync(`${path}.json`), weights: readFileSync(`${path}.bin`) };
}
