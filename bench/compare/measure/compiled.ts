/**
 * Start to first result of compiled models against loading the .tflite file: plain programs in fresh processes, in turns,
 * with an empty script among them, whose time is Node's own. One thread, files in the system's cache.
 */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECTION_NAME, type Description } from "../../../src/compiler/emit/description.js";
import { entryOf, importCompiler } from "../engines/ours.js";
import { ROOT } from "../folders.js";
import type { PreparedWork } from "../models/prepare.js";
import type { Work } from "../models/works.js";
import {
  EMPTY,
  imageProgram,
  moduleProgram,
  tfliteProgram,
  type ModelFiles,
  type Report,
} from "../process/programs.js";
import type { Host } from "./begin.js";
import { mismatch } from "./check.js";
import { figure, type Figure } from "./statistics.js";

/** Ways to a first result: the .tflite file with the other checkout and with ours, one module, and a module with an image. */
export const WAYS = ["before", "ours", "module", "image"] as const;
export type Way = (typeof WAYS)[number];

export interface CompiledStart {
  readonly work: Work;
  /** Milliseconds of an empty script. */
  readonly empty: Figure;
  /** Milliseconds from the start of a process to its first result, Node's own time included. */
  readonly ways: Readonly<Partial<Record<Way, Figure>>>;
}

/** Milliseconds beyond the empty script's, of minima or medians. */
export function ownTime({ empty, ways }: CompiledStart, way: Way, value: "min" | "median"): number | undefined {
  const whole = ways[way];
  return whole && whole[value] - empty[value];
}

/** How many times as long the .tflite file takes, of the other checkout if there is one. */
export function startRatio(start: CompiledStart, way: Way, value: "min" | "median"): number | undefined {
  const base = ownTime(start, start.ways.before ? "before" : "ours", value);
  const own = ownTime(start, way, value);
  return base !== undefined && own !== undefined ? base / own : undefined;
}

/** @throws Error if a program fails or computes something else than the prepared reference. */
export async function measureCompiled(
  { node, against }: Host,
  prepared: PreparedWork,
  folder: string,
  times: number,
): Promise<CompiledStart> {
  const files = await compileFiles(prepared, folder);
  const programs = new Map<Way | "empty", string>([["empty", EMPTY]]);
  if (against !== undefined) programs.set("before", tfliteProgram(entryOf(against), files));
  programs.set("ours", tfliteProgram(entryOf(fileURLToPath(ROOT)), files));
  programs.set("module", moduleProgram(files));
  programs.set("image", imageProgram(files));
  const scripts = new Map<Way | "empty", string>();
  for (const [way, program] of programs) {
    const script = join(folder, `${way}.mjs`);
    await writeFile(script, program);
    scripts.set(way, script);
  }
  const taken = new Map<Way | "empty", number[]>();
  // the first round fills the system's cache and checks the outputs
  for (let round = -1; round < times; ++round) {
    for (const [way, script] of scripts) {
      const { milliseconds, output } = runFresh(node, script);
      const wrong = way === "empty" ? undefined : mismatchOf(output, prepared, files);
      if (wrong) throw new Error(`${way}: ${wrong}`);
      if (round >= 0) taken.set(way, [...(taken.get(way) ?? []), milliseconds]);
    }
  }
  const { empty, ...ways } = Object.fromEntries(Array.from(taken, ([way, values]) => [way, figure(values)]));
  return { work: prepared.work, empty: empty!, ways };
}

/** Compiles the model both ways. */
async function compileFiles({ model, work }: PreparedWork, folder: string): Promise<ModelFiles> {
  const { compileModel, compileModelWithImage } = await importCompiler();
  const base = join(folder, `${work.network.replace("/", "-")}-${work.precision}`);
  const [module, code, image] = [`${base}.wasm`, `${base}.code.wasm`, `${base}.image.bin`];
  await writeFile(module, await compileModel(model.tflite));
  const compiled = await compileModelWithImage(model.tflite, basename(image));
  await writeFile(code, compiled.code);
  await writeFile(image, compiled.image);
  const description = describe(compiled.code);
  const [{ shape }] = description.outputs as [Description["outputs"][number]];
  const dtype = work.precision === "uint8" ? "uint8" : "float32";
  const outputBytes = shape.reduce((a, b) => a * b, dtype === "uint8" ? 1 : 4);
  const { address, bytes } = description.image!;
  return {
    tflite: model.tflite,
    module,
    code,
    image: { file: image, address, bytes },
    input: model.nhwc,
    dtype,
    outputBytes,
  };
}

/** The JSON in a compiled model's custom section. */
function describe(code: Uint8Array<ArrayBuffer>): Description {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(code), SECTION_NAME);
  return JSON.parse(new TextDecoder().decode(section)) as Description;
}

function runFresh(node: string, script: string): { milliseconds: number; output: Buffer } {
  const started = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync(node, [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${basename(script)} ended with ${status}: ${stderr.trim().slice(-2000)}`);
  const { ended, output } = JSON.parse(stdout) as Report;
  return { milliseconds: Number(BigInt(ended) - started) / 1e6, output: Buffer.from(output, "base64") };
}

function mismatchOf(output: Buffer, { reference, work }: PreparedWork, { dtype }: ModelFiles): string | undefined {
  const bytes = new Uint8Array(output);
  const values = dtype === "float32" ? new Float32Array(bytes.buffer) : bytes;
  return mismatch(Array.from(values), reference, work.precision);
}
