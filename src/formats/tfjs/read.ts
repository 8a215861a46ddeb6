/** Reader of TensorFlow.js models: a model.json with the topology, and shards with the weights beside it. */
import type { Graph } from "../../ir/graph.js";
import type { Contents } from "../../io/source.js";
import { asObject, parseJson } from "../json.js";
import { readGraphModel, type InputShapes } from "./graphmodel.js";
import { readLayersModel } from "./layers.js";
import { readWeights } from "./weights.js";

/**
 * Reads a layers model, as Keras and `model.save()` have it, or a graph model, as converted from a SavedModel.
 *
 * @param inputShapes shapes of the inputs of a graph model, by name.
 * @throws FormatError if a file is damaged, UnsupportedError for a layer or operator that this package lacks, TypeError
 * if there is no way to the shards.
 */
export async function readTfjs(file: Contents, inputShapes?: InputShapes): Promise<Graph> {
  const model = asObject(parseJson(file.bytes, "model.json"), "model.json");
  const topology = asObject(model.modelTopology, "modelTopology");
  const weights = await readWeights(model.weightsManifest, file, "model");
  if (!topology.node) return readLayersModel(topology, weights);
  return readGraphModel(topology, model.signature, weights, inputShapes);
}
