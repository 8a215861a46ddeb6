/** mobilenet-simd as users have it: the built package, its defaults, and its own count of threads. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import type * as Compiler from "../../../src/compile.js";
import type * as Package from "../../../src/index.js";
import { ROOT } from "../folders.js";
import { readInput, Unsupported, type Elements, type Engine, type Model, type Run } from "./engine.js";

const PRECISIONS = ["float32", "int8", "uint8"] as const;

/** The built entry of a checkout, as a path. */
export function entryOf(checkout: string): string {
  return join(checkout, "build", "index.js");
}

const ENTRY = entryOf(fileURLToPath(ROOT));

export function importOurs(): Promise<typeof Package> {
  return importEntry(ENTRY);
}

export function importCompiler(): Promise<typeof Compiler> {
  return import(new URL("build/compile.js", ROOT).href) as Promise<typeof Compiler>;
}

function importEntry(entry: string): Promise<typeof Package> {
  return import(pathToFileURL(entry).href) as Promise<typeof Package>;
}

/** What every version of the package reports; versions before 0.1.0 call it `build`. */
type Report = Pick<Package.RuntimeReport, "kernels" | "threads" | "reasons">;

/** Loads the model and refuses to run with less than was asked for: net.runtime reports it. */
async function load(entry: string, model: Model, threads: number, kernels?: "wide"): Promise<Run> {
  const { loadModel } = await importEntry(entry);
  const net = await loadModel(model.tflite, { ...(threads > 1 && { threads }), ...(kernels && { kernels }) });
  const report: Report = net.runtime ?? (net as unknown as { build: Report }).build;
  if (report.threads !== threads || (kernels && report.kernels !== kernels)) {
    const reasons = Object.values(report.reasons ?? {}).join("; ");
    throw new Unsupported(reasons || `runs ${report.kernels} kernels on ${report.threads} threads`);
  }
  const input = await readInput(model, "nhwc");
  return () => net.run(input)[0]!.data as Elements;
}

export const ours: Engine = {
  precisions: PRECISIONS,
  page: { script: `export { loadModel } from ${JSON.stringify(ENTRY)}`, files: [] },
  load: (model, threads) => load(ENTRY, model, threads),
};

/** With the kernels for V8's revectoriser, which users of Node can ask for. */
export const wide: Engine = {
  precisions: PRECISIONS,
  load: (model, threads) => load(ENTRY, model, threads, "wide"),
};

/** Another checkout of this package. */
export const before: Engine = {
  precisions: PRECISIONS,
  load: (model, threads, against) => load(entryOf(against!), model, threads),
};
