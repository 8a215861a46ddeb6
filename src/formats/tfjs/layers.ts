/** Layers models of TensorFlow.js, which are Keras models: models within models, and their layers in order. */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import { GraphBuilder } from "../../ir/builder.js";
import { locate, type Graph } from "../../ir/graph.js";
import type { Tensor } from "../../ir/tensor.js";
import { asArray, asObject, asString, asWhole, type JsonObject } from "../json.js";
import { connectionsOf, referencesOf, type Reference } from "./connections.js";
import { Constants, ModelConstants } from "./layers/constants.js";
import { READERS } from "./layers/index.js";

/** Far above any network of this kind; the work of loading grows with them. Shared models count once for each use. */
const MAX_LAYERS = 10_000;
const MAX_CONNECTIONS = 100_000;

/** Models within models. */
const MAX_DEPTH = 16;

/** A layer as the file has it. */
interface Entry {
  readonly kind: string;
  readonly name: string;
  /** An array for a Sequential of an old version. */
  readonly config: unknown;
  /** For each use of the layer, whatever the file says of its inputs. */
  readonly nodes: readonly unknown[];
}

/** One use of a layer in a functional model. */
interface Node {
  readonly entry: Entry;
  readonly inputs: readonly Reference[];
  state: "untouched" | "entered" | "done";
  /** The tensors that come out, once it is done. */
  outputs: readonly number[];
}

/**
 * The graph of a layers model for one image.
 *
 * @param topology `modelTopology` of the file.
 * @param weights the tensors by their names.
 * @throws FormatError if the file is damaged, UnsupportedError for a layer or a setting without an operator, and for a
 * model beyond all bounds.
 */
export function readLayersModel(topology: JsonObject, weights: ReadonlyMap<string, Tensor>): Graph {
  const model = asObject(topology.model_config ?? topology, "model");
  const kind = asString(model.class_name, "model: class_name");
  if (!isModel(kind)) {
    throw new UnsupportedError(`model expected Sequential, Model or Functional, got ${describe(kind)}`);
  }
  const net = new GraphBuilder();
  return net.graph(new ModelReader(net, weights).read(kind, model.config, [], undefined));
}

function isModel(kind: string): boolean {
  return kind === "Sequential" || kind === "Model" || kind === "Functional";
}

/** The words for a model in messages. */
function nameOf(path: readonly string[]): string {
  return path.length ? `model ${quote(path.join("/"))}` : "model";
}

class ModelReader {
  readonly #net: GraphBuilder;
  readonly #constants: ModelConstants;
  #layers = 0;
  #connections = 0;

  constructor(net: GraphBuilder, weights: ReadonlyMap<string, Tensor>) {
    this.#net = net;
    this.#constants = new ModelConstants(net, weights);
  }

  /**
   * Adds one use of a model to the graph.
   *
   * @param path the names of the models around it, and its own unless it is the outermost.
   * @param given the tensors that go in; undefined if its inputs are the graph's.
   * @returns the tensors that come out.
   */
  read(
    kind: string,
    config: unknown,
    path: readonly string[],
    given: readonly number[] | undefined,
  ): readonly number[] {
    if (path.length > MAX_DEPTH)
      throw new UnsupportedError(`${nameOf(path)} expected at most ${MAX_DEPTH} deep in others`);
    if (kind === "Sequential") return this.#readSequential(config, path, given);
    return this.#readFunctional(asObject(config, `${nameOf(path)}: config`), path, given);
  }

  /** Layers one after another. */
  #readSequential(json: unknown, path: readonly string[], given: readonly number[] | undefined): readonly number[] {
    const config = Array.isArray(json) ? { layers: json } : asObject(json, `${nameOf(path)}: config`);
    let tensors = given;
    for (const entry of this.#entriesOf(config.layers).values()) {
      const { kind, name } = entry;
      // The first layer says what goes in, also where it is no layer of its own or a model.
      if (kind === "InputLayer") tensors ??= [this.#input(entry, name)];
      else if (!tensors && !isModel(kind)) tensors = [this.#input(entry, "input", config.build_input_shape)];
      if (kind !== "InputLayer") tensors = this.#use(entry, path, tensors);
    }
    if (tensors === undefined) throw new FormatError(`${nameOf(path)} expected layers, got none`);
    return tensors;
  }

  /** Layers that name the ones that they read, in any order. */
  #readFunctional(
    config: JsonObject,
    path: readonly string[],
    given: readonly number[] | undefined,
  ): readonly number[] {
    const model = nameOf(path);
    const entries = this.#entriesOf(config.layers);
    const wanted = referencesOf(config.output_layers, `${model}: output_layers`);
    const nodes = new Map<string, readonly Node[]>();
    for (const entry of entries.values()) nodes.set(entry.name, this.#nodesOf(entry));
    const inputs = referencesOf(config.input_layers, `${model}: input_layers`);
    locate(model, () => this.#bindInputs(inputs, nodes, given));
    const all = [...nodes.values()].flat();
    const find = finder(nodes, [...all.flatMap((node) => node.inputs), ...wanted]);
    for (const node of all) this.#evaluate(node, find, path);
    return wanted.map((reference) => outputOf(reference, find, `${model}: output_layers`));
  }

  #nodesOf(entry: Entry): Node[] {
    const { kind, name, nodes } = entry;
    const node = (inputs: readonly Reference[]): Node => ({ entry, inputs, state: "untouched", outputs: [] });
    if (kind === "InputLayer") return [node([])];
    return nodes.map((json, index) => {
      const where = `layer ${quote(name)}: inbound_nodes[${index}]`;
      const inputs = connectionsOf(json, where);
      if (!inputs.length) throw new FormatError(`${where} expected inputs, got none`);
      this.#connections += inputs.length;
      if (this.#connections > MAX_CONNECTIONS) {
        throw new UnsupportedError(`expected at most ${MAX_CONNECTIONS} inputs of all layers`);
      }
      return node(inputs);
    });
  }

  /** Gives input layers their tensors, in the order of `input_layers`. */
  #bindInputs(
    references: readonly Reference[],
    nodes: ReadonlyMap<string, readonly Node[]>,
    given: readonly number[] | undefined,
  ): void {
    if (given && given.length !== references.length) {
      throw new FormatError(`expected ${references.length} inputs, got ${given.length}`);
    }
    for (const [index, { layer }] of references.entries()) {
      const node = nodes.get(layer)?.[0];
      if (node?.entry.kind !== "InputLayer" || node.state === "done") {
        throw new FormatError(`input_layers expected each input layer once, got ${quote(layer)}`);
      }
      node.outputs = [given ? given[index]! : this.#input(node.entry, layer)];
      node.state = "done";
    }
  }

  /** Evaluates a node after all that it needs; without recursion, because there may be thousands. */
  #evaluate(first: Node, find: Find, path: readonly string[]): void {
    const stack = [first];
    while (stack.length) {
      const node = stack.at(-1)!;
      if (node.state === "done") {
        stack.pop();
        continue;
      }
      const { entry, inputs } = node;
      const where = `layer ${quote(entry.name)}`;
      if (entry.kind === "InputLayer") throw new FormatError(`${where} expected in input_layers`);
      const waiting = inputs.map((input) => find(input, where)).filter(({ state }) => state !== "done");
      if (waiting.some(({ state }) => state === "entered")) throw new FormatError(`${where} is part of a cycle`);
      if (waiting.length) {
        node.state = "entered";
        for (const other of waiting) stack.push(other);
        continue;
      }
      node.outputs = this.#use(
        entry,
        path,
        inputs.map((input) => outputOf(input, find, where)),
      );
      node.state = "done";
    }
  }

  /** Adds one use of a layer. `inputs` is undefined for a model whose inputs are the graph's. */
  #use(
    { kind, name, config }: Entry,
    path: readonly string[],
    inputs: readonly number[] | undefined,
  ): readonly number[] {
    const inner = [...path, name];
    if (isModel(kind)) return this.read(kind, config, inner, inputs);
    return locate(`layer ${quote(inner.join("/"))} (${kind})`, () => {
      const reader = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
      if (!reader || !inputs) {
        throw new UnsupportedError(`not supported; supported are ${Object.keys(READERS).toSorted().join(", ")}`);
      }
      const constants = new Constants(this.#constants, inner);
      return [reader({ name, config: asObject(config, "config"), inputs, net: this.#net, constants })];
    });
  }

  #input({ config }: Entry, name: string, shape?: unknown): number {
    const where = `input ${quote(name)}`;
    const { batch_input_shape, batch_shape = shape } = asObject(config, where);
    const [, ...sizes] = asArray(batch_input_shape ?? batch_shape, `${where}: shape`);
    if (sizes.some((size) => size === null || size === -1)) {
      throw new UnsupportedError(`${where} expected a fixed size, got ${sizes.map(describe).join("×")}`);
    }
    return this.#net.input(name, [1, ...sizes.map((size) => asWhole(size, `${where}: size`, 1))]);
  }

  /** The layers of a model by name. */
  #entriesOf(json: unknown): Map<string, Entry> {
    const layers = asArray(json, "model: layers");
    this.#layers += layers.length;
    if (this.#layers > MAX_LAYERS) {
      throw new UnsupportedError(`expected at most ${MAX_LAYERS} layers, got ${this.#layers}`);
    }
    const entries = new Map<string, Entry>();
    for (const [index, value] of layers.entries()) {
      const where = `layer ${index}`;
      const layer = asObject(value, where);
      const kind = asString(layer.class_name, `${where}: class_name`);
      const { config, inbound_nodes = [] } = layer;
      // Models within others were arrays once, without a name.
      const isList = isModel(kind) && Array.isArray(config);
      const name = asString(
        layer.name ?? (isList ? where : asObject(config, `${where}: config`).name),
        `${where}: name`,
      );
      if (entries.has(name)) throw new FormatError(`layer ${quote(name)} expected once`);
      entries.set(name, { kind, name, config, nodes: asArray(inbound_nodes, `layer ${quote(name)}: inbound_nodes`) });
    }
    return entries;
  }
}

/** Returns the node that a reference means. Throws FormatError, with the reader's name, if there is none. */
type Find = (reference: Reference, reader: string) => Node;

/** @param references all of the model's. */
function finder(nodes: ReadonlyMap<string, readonly Node[]>, references: readonly Reference[]): Find {
  // Keras counts the uses of a functional model from 1: use 0 is its own definition.
  const last = new Map<string, number>();
  for (const { layer, node } of references) last.set(layer, Math.max(node, last.get(layer) ?? 0));
  return ({ layer, node }, reader) => {
    const uses = nodes.get(layer) ?? [];
    const isFromOne = uses[0] !== undefined && isModel(uses[0].entry.kind) && last.get(layer) === uses.length;
    const found = uses[isFromOne ? node - 1 : node];
    if (!found) throw new FormatError(`${reader} reads ${quote(layer)}, use ${node}, which the model does not have`);
    return found;
  };
}

function outputOf(reference: Reference, find: Find, reader: string): number {
  const { outputs } = find(reference, reader);
  const tensor = outputs[reference.output];
  if (tensor === undefined) {
    const { layer, output } = reference;
    throw new FormatError(`${reader} reads output ${output} of ${quote(layer)}, which has ${outputs.length}`);
  }
  return tensor;
}
