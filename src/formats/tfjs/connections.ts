/** Connections between the layers of a functional model, as the versions of Keras write them. */
import { asArray, asObject, asString, asWhole, type JsonObject } from "../json.js";

/** An output of one use of a layer. */
export interface Reference {
  readonly layer: string;
  readonly node: number;
  readonly output: number;
}

/** What a node reads: [[layer, node, output, arguments], …], or since Keras 3 tensors in the arguments of a call. */
export function connectionsOf(json: unknown, where: string): readonly Reference[] {
  if (Array.isArray(json)) return referencesOf(json, where);
  const args = asArray(asObject(json, where).args, `${where}: args`);
  // Merge layers take one list.
  return args.flat().map((arg) => {
    const config = asObject(asObject(arg, `${where}: argument`).config, `${where}: argument`);
    return readReference(config.keras_history, where);
  });
}

/** References in a list or in an object, or a single one. */
export function referencesOf(json: unknown, where: string): readonly Reference[] {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return Object.values(json as JsonObject).map((reference) => readReference(reference, where));
  }
  const list = asArray(json, where);
  const references = typeof list[0] === "string" ? [list] : list;
  return references.map((reference) => readReference(reference, where));
}

function readReference(json: unknown, where: string): Reference {
  const [layer, node, output] = asArray(json, where);
  return { layer: asString(layer, where), node: asWhole(node, where), output: asWhole(output, where) };
}
