/** Writes the networks that are compared to disk, in every format that an engine reads, each with an input. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTflite } from "../../../src/formats/tflite/read.js";
import { writeTflite } from "../../../src/formats/tflite/write.js";
import type { Graph } from "../../../src/ir/graph.js";
import { elementCount } from "../../../src/ir/tensor.js";
import { quantized } from "../../../src/models/quantized.js";
import { seededRandom } from "../../../src/models/random.js";
import { seededNetwork } from "../../models.js";
import type { Elements, Model, Precision } from "../engines/engine.js";
import type { EngineName } from "../engines/index.js";
import { importOurs } from "../engines/ours.js";
import { ROOT } from "../folders.js";
import { floatInterface } from "./float-interface.js";
import { sharpen } from "./sharpen.js";
import { describeForTfjs } from "./tfjs.js";
import { transpose } from "./transpose.js";
import { PUBLISHED, type NetworkName, type Work } from "./works.js";

/** Work that is on disk. */
export interface PreparedWork {
  readonly work: Work;
  readonly model: Model;
  /** What our package makes of the input on one thread. */
  readonly reference: readonly number[];
}

const SHARED = process.env.SHARED ?? fileURLToPath(new URL("../shared", ROOT));

const INPUT_SEED = 1;

const ONNX_ENGINES: ReadonlySet<EngineName> = new Set(["ort", "ort-native"]);

/**
 * Writes a network and its input into a folder, in the formats that the engines read. Returns undefined if it is a
 * published one that is not here.
 */
export async function prepareWork(
  work: Work,
  engines: readonly EngineName[],
  folder: string,
): Promise<PreparedWork | undefined> {
  const { network, precision } = work;
  const published = precision === "uint8" ? publishedPath(network) : undefined;
  if (published && !existsSync(published)) return undefined;
  const [alpha, resolution] = network.split("/").map(Number) as [number, number];
  const shape = [1, resolution, resolution, 3] as const;
  const input = seededInput(elementCount(shape), precision);
  const graph = published
    ? await readTflite(await readFile(published))
    : await seeded(alpha, resolution, precision, input);
  const base = join(folder, `${network.replace("/", "-")}-${precision}`);
  const tfjs = precision === "float32" ? { tfjs: await writeTfjs(graph, base) } : {};
  const onnx = engines.some((engine) => ONNX_ENGINES.has(engine)) ? { onnx: await writeOnnx(graph, base) } : {};
  const model: Model = {
    precision,
    shape,
    tflite: published ?? (await write(`${base}.tflite`, writeTflite(graph))),
    ...onnx,
    ...tfjs,
    nhwc: await write(`${base}.nhwc.bin`, input),
    nchw: await write(`${base}.nchw.bin`, transpose({ shape, data: input }, [0, 3, 1, 2]).data),
  };
  const { loadModel } = await importOurs();
  const net = await loadModel(await readFile(model.tflite));
  return { work, model, reference: Array.from(net.run(input)[0]!.data) };
}

function publishedPath(network: NetworkName): string {
  return join(SHARED, "models", PUBLISHED[network]!);
}

async function seeded(alpha: number, resolution: number, precision: Precision, input: Elements): Promise<Graph> {
  const graph = await sharpen(seededNetwork(alpha, resolution, "float32"), input as Float32Array);
  return precision === "int8" ? floatInterface(quantized(graph)) : graph;
}

/** Noise: float32 in -1…1, or bytes. */
function seededInput(length: number, precision: Precision): Elements {
  const random = seededRandom(INPUT_SEED);
  if (precision === "uint8") return Uint8Array.from({ length }, () => Math.floor(256 * random()));
  return Float32Array.from({ length }, () => 2 * random() - 1);
}

async function writeTfjs(graph: Graph, base: string): Promise<string> {
  const { layers, weights } = describeForTfjs(graph);
  await write(`${base}.tfjs.bin`, weights);
  return write(`${base}.tfjs.json`, Buffer.from(JSON.stringify(layers)));
}

/** The writer needs a package that is installed with the rivals. */
async function writeOnnx(graph: Graph, base: string): Promise<string> {
  const onnx = await import("./onnx.js");
  return write(`${base}.onnx`, onnx.writeOnnx(graph));
}

async function write(path: string, data: Uint8Array | Float32Array): Promise<string> {
  await writeFile(path, data);
  return path;
}
