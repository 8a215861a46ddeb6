/** TensorFlow.js: answers of its plain backend, times of its WebAssembly backend. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import type { TensorView } from "../../../src/ir/tensor.js";
import { packagePath } from "./files.js";
import { median, type Other } from "./compare.js";

const require = createRequire(new URL("../package.json", import.meta.url));
const tf = require("@tensorflow/tfjs-core") as Core;
for (const backend of ["cpu", "wasm"]) require(`@tensorflow/tfjs-backend-${backend}`); // each registers itself
const { loadGraphModel } = require("@tensorflow/tfjs-converter") as { loadGraphModel(handler: object): Promise<Model> };
const { loadLayersModel } = require("@tensorflow/tfjs-layers") as { loadLayersModel(handler: object): Promise<Model> };

interface TfTensor {
  dataSync(): ArrayLike<number>;
}

interface Core {
  setBackend(name: string): Promise<boolean>;
  tensor(data: TensorView, shape: readonly number[], dtype: string): TfTensor;
  dispose(tensors: unknown): void;
}

/** A graph model has `execute`, a layers model has `predict`. */
interface Model {
  readonly inputs: readonly { readonly shape: readonly (number | null)[]; readonly dtype: string }[];
  execute?(inputs: readonly TfTensor[]): TfTensor | readonly TfTensor[];
  predict(inputs: readonly TfTensor[]): TfTensor | readonly TfTensor[];
}

interface ModelJson {
  readonly modelTopology: { readonly node?: unknown };
  readonly signature?: unknown;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly unknown[] }[];
}

/** `model.json` and its shards by name, as loadModel() takes them. */
export type ModelFiles = Readonly<Record<string, Uint8Array>>;

/** Loads a model. */
export async function startTfjs(files: ModelFiles): Promise<Other> {
  const json = JSON.parse(Buffer.from(files["model.json"]!).toString()) as ModelJson;
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const weights = Buffer.concat(paths.map((path) => files[path]!));
  const artifacts = {
    modelTopology: json.modelTopology,
    signature: json.signature,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  };
  const load = async (backend: string) => {
    await tf.setBackend(backend);
    return (json.modelTopology.node ? loadGraphModel : loadLayersModel)({ load: () => Promise.resolve(artifacts) });
  };
  const run = (model: Model, inputs: readonly TensorView[]) => {
    const tensors = inputs.map((data, i) => {
      const { shape, dtype } = model.inputs[i]!;
      return tf.tensor(
        data,
        shape.map((size) => Math.abs(size ?? 1)),
        dtype,
      );
    });
    const made = model.execute ? model.execute(tensors) : model.predict(tensors);
    const outputs = [made].flat() as readonly TfTensor[];
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

/** A model of human: its description, and one shard with all weights. */
export function humanFiles(path: string): ModelFiles {
  return {
    "model.json": new Uint8Array(readFileSync(`${path}.json`)),
    [`${basename(path)}.bin`]: new Uint8Array(readFileSync(`${path}.bin`)),
  };
}

/** A model of nsfwjs, whose files are modules that hold JSON and base64. */
export function nsfwFiles(name: string): ModelFiles {
  const folder = packagePath("nsfwjs/dist/models", name); // by path: the package does not export them
  const json = require(`${folder}/model.min.js`) as ModelJson;
  const shards = json.weightsManifest
    .flatMap(({ paths }) => paths)
    .map((path) => {
      const text = require(`${folder}/${path}.min.js`) as string;
      return [path, new Uint8Array(Buffer.from(text, "base64"))] as const;
    });
  return { "model.json": new Uint8Array(Buffer.from(JSON.stringify(json))), ...Object.fromEntries(shards) };
}
