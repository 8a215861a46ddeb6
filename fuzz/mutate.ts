/** Mutants of valid models. All choices come from the given random numbers. */
import { writeTflite } from "../src/formats/tflite/write.js";
import type { Graph } from "../src/ir/graph.js";
import type { Files } from "../src/io/source.js";
import { FLAVOURS } from "../test/support/graphs.js";
import { NESTED, SMALL_WEIGHTS } from "../test/support/keras.js";
import { distortions, flips } from "../test/support/mutate.js";
import { invertedResiduals, singleShotDetector } from "../test/support/networks.js";
import { storeModel } from "../test/support/weights.js";

export interface Mutant {
  readonly kind: "graph" | "bytes" | "json";
  readonly model: Uint8Array | Files;
  /** Whether to run it on two threads as well, which takes longer. */
  readonly threaded: boolean;
}

/** A model.json with one convolution, whose only shard is `a`. */
const TOPOLOGY = {
  modelTopology: {
    node: [
      { name: "x", op: "Placeholder", attr: { shape: { shape: { dim: [{ size: "1" }, { size: "8" }, { size: "8" }, { size: "1" }] } } } },
      { name: "w", op: "Const" },
      { name: "c", op: "Conv2D", input: ["x", "w"], attr: { strides: { list: { i: ["1", "1", "1", "1"] } }, padding: { s: "U0FNRQ==" } } },
      { name: "p", op: "AvgPool", input: ["c"], attr: { ksize: { list: { i: ["1", "2", "2", "1"] } }, strides: { list: { i: ["1", "2", "2", "1"] } }, padding: { s: [86, 65, 76, 73, 68] } } },
      { name: "s", op: "Softmax", input: ["p"] },
    ],
  },
  weightsManifest: [{ paths: ["a"], weights: [{ name: "w", shape: [3, 3, 1, 4], dtype: "float32" }] }],
}; // prettier-ignore

const { "model.json": layers, ...layersShards } = storeModel(NESTED, SMALL_WEIGHTS);

/** Contents of model.json, and the shards that they name: a graph model and a layers model. */
const TOPOLOGIES: readonly (readonly [unknown, Readonly<Record<string, Uint8Array>>])[] = [
  [TOPOLOGY, { a: new Uint8Array(144).fill(60) }],
  [JSON.parse(new TextDecoder().decode(layers)), layersShards],
];

/** Mutants without end. */
export function* mutants(random: () => number): Generator<Mutant> {
  const originals = FLAVOURS.flatMap((flavour) => [invertedResiduals(flavour, 1), singleShotDetector(flavour, 2)]);
  const files = originals.map((graph) => writeTflite(graph));
  for (let round = 0; ; ++round) {
    const threaded = round % 8 === 0;
    const original = pick(originals, random);
    const graph = mutatedGraph(original, random);
    try {
      yield { kind: "graph", model: writeTflite(graph), threaded };
    } catch {
      // The writer refuses some.
    }
    const reach = random() < 0.7 ? 20_000 : Infinity;
    for (const model of flips(pick(files, random), 2, random, reach)) yield { kind: "bytes", model, threaded };
    const [topology, shards] = pick(TOPOLOGIES, random);
    for (const json of distortions(topology, 2, random)) {
      const model = { ...shards, "model.json": new TextEncoder().encode(JSON.stringify(json)) };
      yield { kind: "json", model, threaded };
    }
  }
}

const NUMBERS = [0, 1, -1, 2, 3, 7, 127, 128, 255, 256, 65535, 1e-30, 1e30, 1e-45, 2 ** 31 - 1, -(2 ** 31), 0.5, NaN];

/** A graph with one to three numbers somewhere in it replaced, or operands swapped; weights keep their elements. */
function mutatedGraph(graph: Graph, random: () => number): Graph {
  const copy = structuredClone(graph) as unknown as Record<string, unknown>;
  const places: [Record<string, unknown>, string][] = [];
  collect(copy, places);
  for (let left = 1 + Math.floor(3 * random()); left > 0; --left) {
    const [holder, key] = pick(places, random);
    const other = pick(places, random);
    // Numbers from elsewhere in the graph are plausible sizes, indices and scales.
    holder[key] = random() < 0.5 ? other[0][other[1]] : pick(NUMBERS, random);
  }
  return copy as unknown as Graph;
}

function collect(value: unknown, places: [Record<string, unknown>, string][]): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  for (const key of Object.keys(value)) {
    const holder = value as Record<string, unknown>;
    if (typeof holder[key] === "number") places.push([holder, key]);
    else collect(holder[key], places);
  }
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!;
}
