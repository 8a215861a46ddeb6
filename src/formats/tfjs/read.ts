/** Reader of TensorFlow.js models: a model.json with the topology, and shards with the weights beside it. */
import type { Graph } from "../../ir/graph.js";
import type { ModelFile } from "../file.js";
import { asObject, parseJson } from "../json.js";
import { readGraphModel } from "./graphmodel.js";
import { readLayersModel } from "./layers.js";
import { WeightsManifest } from "./weights.js";

/**
 * Reads a layers model, as Keras and `model.save()` have it, or a graph model, as converted from a SavedModel.
 *
 * @throws FormatError if a file is damaged, UnsupportedError for a layer or operator that this package lacks, TypeError
 * if there is no way to the shards.
 */
export async function readTfjs(file: ModelFile): Promise<Graph> {
  const model = asObject(parseJson(file.bytes, "model.json"), "model.json");
  const topology = asObject(model.modelTopology, "modelTopology");
  const manifest = new WeightsManifest(model.weightsManifest);
  const weights = manifest.read(await readShards(manifest.paths, file));
  return topology.node ? readGraphModel(topology, model.signature, weights) : readLayersModel(topology, weights);
}

async function readShards(paths: readonly string[], { beside }: ModelFile): Promise<Map<string, Uint8Array>> {
  if (!beside && paths.length) {
    throw new TypeError(
      `"model" expected a path, a URL or the bytes of each file by its name, because the weights of this one are in ` +
        `${paths.length} other files: ${JSON.stringify(paths[0])}, …`,
    );
  }
  return new Map(await Promise.all(paths.map(async (path) => [path, await beside!(path)] as const)));
}
