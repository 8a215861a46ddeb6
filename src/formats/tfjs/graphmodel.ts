/** Graph models of TensorFlow.js: TensorFlow's graph, converted from a SavedModel. The readers of nodes are in graph/. */
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import { CopyBudget } from "../../ir/budget.js";
import { GraphBuilder } from "../../ir/builder.js";
import { locate, type Graph } from "../../ir/graph.js";
import { elementCount, type Tensor } from "../../ir/tensor.js";
import { asArray, asObject, asShortArray, asString, type JsonObject } from "../json.js";
import { Attributes, MAX_LIST } from "./graph/attributes.js";
import { readerOf } from "./graph/readers.js";
import type { Value } from "./graph/source.js";

/** Far above any network of this kind; the work of loading grows with it. */
const MAX_NODES = 20_000;

/** An output of a node. */
interface Reference {
  readonly node: string;
  readonly output: number;
}

interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Reference[];
  readonly attributes: Attributes;
}

/** Shapes of inputs by their names. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/**
 * The graph of a graph model for one image: the nodes that its outputs need, in the order in which they can be computed.
 *
 * @param topology `modelTopology` of the file.
 * @param signature `signature` of the file; without one, the outputs are the nodes that no other reads.
 * @param weights the constants by the names of their nodes.
 * @throws RangeError if a given shape is not one, disagrees with the file, or is for no input.
 */
export function readGraphModel(
  topology: JsonObject,
  signature: unknown,
  weights: ReadonlyMap<string, Tensor>,
  inputShapes: InputShapes = {},
): Graph {
  const nodes = readNodes(topology);
  const wanted = outputsOf(nodes, signature);
  const net = new GraphBuilder();
  const values = new Map<string, readonly Value[]>();
  const reads = new CopyBudget(weights.values());
  const inputs = new Set<string>();
  const valueOf = ({ node, output }: Reference): Value => {
    const outputs = values.get(node)!;
    if (output >= outputs.length) {
      throw new UnsupportedError(`expected an output of ${quote(node)} from 0 to ${outputs.length - 1}, got ${output}`);
    }
    return outputs[output]!;
  };
  for (const { name, op, attributes, inputs: references } of inOrder(nodes, wanted)) {
    locate(`node ${quote(name)} (${op})`, () => {
      const read = readerOf(op);
      if (op.startsWith("Placeholder")) inputs.add(name);
      const operands = references.map(valueOf);
      for (const value of operands) if (typeof value !== "number") reads.take(elementCount(value.shape));
      const outputs = read({ name, attributes, inputs: operands, weights, inputShapes, reads, net });
      values.set(name, Array.isArray(outputs) ? (outputs as readonly Value[]) : [outputs as Value]);
    });
  }
  for (const name of Object.keys(inputShapes)) {
    if (!inputs.has(name)) {
      const names = [...inputs].slice(0, 8).join(", ");
      throw new RangeError(`"inputShapes" must have names of inputs (${names}), got ${quote(name)}`);
    }
  }
  return net.graph(
    wanted.map((reference) => {
      const value = valueOf(reference);
      if (typeof value !== "number") {
        throw new UnsupportedError(`output ${quote(reference.node)} expected not constant`);
      }
      return value;
    }),
  );
}

function readNodes(topology: JsonObject): Map<string, Node> {
  const list = asArray(topology.node, "modelTopology.node");
  if (list.length > MAX_NODES) throw new UnsupportedError(`expected at most ${MAX_NODES} nodes, got ${list.length}`);
  const nodes = new Map<string, Node>();
  for (const [index, json] of list.entries()) {
    const node = asObject(json, `node ${index}`);
    const name = asString(node.name, `node ${index}: name`);
    if (nodes.has(name)) throw new FormatError(`node ${quote(name)} expected once`);
    const inputs = asShortArray(node.input ?? [], `node ${quote(name)}: input`, MAX_LIST)
      .map((input) => asString(input, `node ${quote(name)}: input`))
      .filter((input) => !input.startsWith("^")) // only says what runs first
      .map(referenceOf);
    const attributes = new Attributes(asObject(node.attr ?? {}, `node ${quote(name)}: attr`));
    nodes.set(name, { name, op: asString(node.op, `node ${quote(name)}: op`), inputs, attributes });
  }
  return nodes;
}

/** `name` and `name:0` are the first output of a node. */
function referenceOf(text: string): Reference {
  const [, node, output = "0"] = /^(.*?)(?::(\d{1,9}))?$/s.exec(text)!;
  return { node: node!, output: Number(output) };
}

function outputsOf(nodes: ReadonlyMap<string, Node>, signature: unknown): Reference[] {
  const { outputs } = asObject(signature ?? {}, "signature");
  if (outputs !== undefined) {
    return Object.values(asObject(outputs, "signature.outputs")).map((output) =>
      referenceOf(asString(asObject(output, "signature.outputs").name, "signature.outputs: name")),
    );
  }
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
  return [...nodes.values()]
    .filter(({ name, op }) => op !== "Const" && op !== "NoOp" && op !== "Placeholder" && !read.has(name))
    .map(({ name }) => ({ node: name, output: 0 }));
}

/** The nodes that `wanted` need, each after those that it reads. */
function* inOrder(nodes: ReadonlyMap<string, Node>, wanted: readonly Reference[]): Generator<Node> {
  const state = new Map<string, "entered" | "done">();
  const stack = wanted.map(({ node }) => node).toReversed();
  while (stack.length) {
    const name = stack.at(-1)!;
    const node = nodes.get(name);
    if (!node) throw new FormatError(`there is no node ${quote(name)}, which the outputs need`);
    if (state.get(name) === "done") {
      stack.pop();
      continue;
    }
    const waiting = node.inputs.filter((input) => state.get(input.node) !== "done").map((input) => input.node);
    if (!waiting.length) {
      yield node;
      state.set(name, "done");
      continue;
    }
    if (waiting.some((input) => state.get(input) === "entered")) {
      throw new FormatError(`node ${quote(name)} is part of a cycle`);
    }
    state.set(name, "entered");
    for (const input of waiting) stack.push(input);
  }
}
