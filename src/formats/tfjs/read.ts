/** Reader of TensorFlow.js models: a model.json with the topology, and shards with the weights beside it. */
import type { Graph } from "../../ir/graph.js";
import type { Contents } from "../../io/source.js";
import { asObject, parseJson } from "../json.js";
import { readGraphModel } from "./graphmodel.js";
import { readLayersModel } from "./layers.js";
import { readWeights } from "./weights.js";

/**
 * Reads a layers model, as Keras and `model.save()` have it, or a graph model, as converted from a SavedModel.
 *
 * @throws FormatError if a file is damaged, UnsupportedError for a layer or operator that this package lacks, TypeError
 * if there is no way to the shards.
 */
export async function readTfjs(file: Contents): Promise<Graph> {
  const model = asObject(parseJson(file.bytes, "model.json"), "model.json");
  const topology = asObject(model.modelTopology, "modelTopology");
  const weights = await readWeights(model.weightsManifest, file, "model");
  return topology.node ? readGraphModel(topology, model.signature, weights) : readLayersModel(topology, weights);
}
