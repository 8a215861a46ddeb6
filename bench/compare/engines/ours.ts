/** mobilenet-simd as users have it: the built package, its defaults, and its own count of threads. */
import { fileURLToPath } from "node:url";
import type * as Package from "../../../src/index.js";
import { ROOT } from "../folders.js";
import { readInput, Unsupported, type Elements, type Engine, type Model, type Run } from "./engine.js";

const ENTRY = new URL("build/index.js", ROOT);

export function importOurs(): Promise<typeof Package> {
  return import(ENTRY.href) as Promise<typeof Package>;
}

/** Loads the model and refuses to run with less than was asked for: net.runtime reports it. */
async function load(model: Model, threads: number, options: Package.LoadOptions, kernels?: "wide"): Promise<Run> {
  const { loadModel } = await importOurs();
  const net = await loadModel(model.tflite, threads > 1 ? { ...options, threads } : options);
  const { runtime } = net;
  if (runtime.threads !== threads || (kernels && runtime.kernels !== kernels)) {
    const reasons = Object.values(runtime.reasons ?? {}).join("; ");
    throw new Unsupported(reasons || `runs ${runtime.kernels} kernels on ${runtime.threads} threads`);
  }
  const input = await readInput(model, "nhwc");
  return () => net.run(input)[0]!.data as Elements;
}

export const ours: Engine = {
  precisions: ["float32", "int8", "uint8"],
  page: { script: `export { loadModel } from ${JSON.stringify(fileURLToPath(ENTRY))}`, files: [] },
  load: (model, threads) => load(model, threads, {}),
};

/** With the kernels for V8's revectoriser, which users of Node can ask for. */
export const wide: Engine = {
  precisions: ["float32", "int8", "uint8"],
  load: (model, threads) => load(model, threads, { kernels: "wide" }, "wide"),
};
