/** Mutants of valid models. All choices of a round come from random numbers that its seed and number determine. */
import { compileModel } from "mobilenet-simd/compile";
import { strToU8, zipSync } from "fflate";
import { SECTION } from "../src/compiler/emit/module.js";
import { writeTflite } from "../src/formats/tflite/write.js";
import type { Files } from "../src/io/source.js";
import type { Graph } from "../src/ir/graph.js";
import { rare } from "../src/ir/rare.js";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { seededRandom } from "../src/models/random.js";
import { describeCompiled, withDescription, withSections } from "../test/support/compiled.js";
import { FLAVOURS } from "../test/support/graphs.js";
import { functional, functional3, NESTED, sequential, SMALL, SMALL_WEIGHTS } from "../test/support/keras.js";
import { distortions, flips } from "../test/support/mutate.js";
import { invertedResiduals, singleShotDetector } from "../test/support/networks.js";
import { NAMES, storeHeader, storeSafetensors, torchMobileNet } from "../test/support/safetensors.js";
import { FUSED, GRAPH_WEIGHTS, signature } from "../test/support/tensorflow.js";
import { storeModel } from "../test/support/weights.js";
import { mutatedArchive } from "./archive.js";

export interface Mutant {
  readonly kind: "graph" | "bytes" | "words" | "archive" | "json" | "shard" | "safetensors" | "wasm";
  readonly model: Uint8Array | Files;
  /** Which poison memory holds before a run. */
  readonly poison: number;
}

type Random = () => number;

rare({}); // some of these graphs have rare operators
const GRAPHS = FLAVOURS.flatMap((flavour) => [invertedResiduals(flavour, 1), singleShotDetector(flavour, 2)]);
const TFLITE = GRAPHS.map((graph) => writeTflite(graph));

/** Labels as TensorFlow Lite's metadata append them, deflated and stored. */
const LABELS = "abcdefghij".split("").join("\n");
const LABELLED = ([9, 0] as const).map((level) => {
  const archive = zipSync(
    { "labels.txt": strToU8(LABELS), "more.txt": strToU8("x\n".repeat(3000)), "a.bin": new Uint8Array(99) },
    { level },
  );
  return { model: writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 })), archive };
});

const TFJS = [functional(SMALL), functional3(SMALL), sequential(SMALL), NESTED].map((topology) =>
  storeModel(topology, SMALL_WEIGHTS, { shardBytes: 300 }),
);
TFJS.push(storeModel({ node: FUSED }, GRAPH_WEIGHTS, { shardBytes: 300, signature: signature("Identity") }));

const SAFETENSORS = storeSafetensors(torchMobileNet(NAMES.timm), "F16");
const HEADER_BYTES = Number(new DataView(SAFETENSORS.buffer).getBigUint64(0, true));

const COMPILED = await compileModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }), { labels: LABELS });

/** The mutants of a round. */
export function* mutantsOf(seed: number, round: number): Generator<Mutant> {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b));
  const poison = Math.floor(random() * 64);
  for (const { kind, model } of modelsOf(random)) yield { kind, model, poison };
}

function* modelsOf(random: Random): Generator<Pick<Mutant, "kind" | "model">> {
  for (let i = 0; i < 2; ++i) {
    const graph = mutatedGraph(pick(GRAPHS, random), random);
    try {
      yield { kind: "graph", model: writeTflite(graph) };
    } catch {
      // The writer refuses some.
    }
  }
  const reach = random() < 0.7 ? 20_000 : Infinity;
  for (const model of flips(pick(TFLITE, random), 2, random, reach)) yield { kind: "bytes", model };
  for (let i = 0; i < 3; ++i) yield { kind: "words", model: mutatedWords(pick(TFLITE, random), random) };
  const { model, archive } = pick(LABELLED, random);
  yield { kind: "archive", model: Buffer.concat([model, mutatedArchive(archive, model.length, random)]) };
  const files = pick(TFJS, random);
  for (const json of distortions(JSON.parse(new TextDecoder().decode(files["model.json"])), 2, random)) {
    yield { kind: "json", model: { ...files, "model.json": new TextEncoder().encode(JSON.stringify(json)) } };
  }
  const name = pick(Object.keys(files), random);
  for (const bytes of flips(files[name]!, 1, random)) yield { kind: "shard", model: { ...files, [name]: bytes } };
  yield { kind: "safetensors", model: mutatedSafetensors(random) };
  yield { kind: "wasm", model: mutatedModule(random) };
}

const NUMBERS = [0, 1, -1, 2, 3, 7, 127, 128, 255, 256, 65535, 1e-30, 1e30, 1e-45, 2 ** 31 - 1, -(2 ** 31), 0.5, NaN];

/** A graph with one to three numbers somewhere in it replaced; weights keep their elements. */
function mutatedGraph(graph: Graph, random: Random): Graph {
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

/** A file with one or two of its aligned words replaced: a FlatBuffer's offsets, lengths, integers and floats. */
function mutatedWords(file: Uint8Array, random: Random): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  // The tables are at the beginning or at the end, weights between them.
  const words = Math.floor(Math.min(copy.length, random() < 0.8 ? 20_000 : Infinity) / 4);
  const place = () => {
    const at = 4 * Math.floor(words * random());
    return random() < 0.5 ? at : 4 * (Math.floor(copy.length / 4) - 1) - at;
  };
  for (let left = 1 + Math.floor(2 * random()); left > 0; --left) {
    const [at, kind] = [place(), random()];
    if (kind < 0.4) view.setUint32(at, view.getUint32(place(), true), true);
    else if (kind < 0.8) view.setInt32(at, pick(NUMBERS, random), true);
    else view.setFloat32(at, pick(NUMBERS, random), true);
  }
  return copy;
}

/** A file with an absurd value in its header, or flipped bits. */
function mutatedSafetensors(random: Random): Uint8Array {
  if (random() < 0.3) return flips(SAFETENSORS, 1, random, HEADER_BYTES).next().value as Uint8Array;
  const header: unknown = JSON.parse(new TextDecoder().decode(SAFETENSORS.subarray(8, 8 + HEADER_BYTES)));
  return storeHeader(distortions(header, 1, random).next().value, SAFETENSORS.subarray(8 + HEADER_BYTES));
}

/**
 * A compiled model with an absurd value in its description, or flipped bits in what engines check. Its code and its image
 * stay: whoever writes them decides how long a run takes.
 */
function mutatedModule(random: Random): Uint8Array {
  const kind = random();
  if (kind < 0.5) return withDescription(COMPILED, distortions(describeCompiled(COMPILED), 1, random).next().value);
  if (kind < 0.6) return COMPILED.subarray(0, Math.floor(COMPILED.length * random()));
  const targets: readonly number[] = [
    0,
    SECTION.type,
    SECTION.function,
    SECTION.memory,
    SECTION.global,
    SECTION.export,
  ];
  const target = pick(targets, random);
  return withSections(COMPILED, ({ id, body }) =>
    id === target && body.length ? flips(body, 1, random).next().value! : body,
  );
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)]!;
}
