/** mobilenet-simd as users have it: the built package, its defaults, and its own count of threads. */
import { readFile } from "node:fs/promises";
import type * as Package from "../../../src/index.js";
import { ROOT } from "../folders.js";
import { readInput, Unsupported, type Elements, type Engine } from "./engine.js";

const ENTRY = new URL("build/index.js", ROOT);

/** Options that a build may not know yet; net.build tells what came of them. */
type Options = Package.LoadOptions & { readonly threads?: number; readonly revectorize?: boolean };

export function importOurs(): Promise<typeof Package> {
  return import(ENTRY.href) as Promise<typeof Package>;
}

function engine(always: Options): Engine {
  return {
    precisions: ["float32", "int8", "uint8"],
    page: { script: `export { loadModel } from ${JSON.stringify(ENTRY.pathname)}`, files: [] },
    async load(model, threads) {
      const { loadModel } = await importOurs();
      const options: Options = threads > 1 ? { ...always, threads } : always;
      const net = await loadModel(await readFile(model.tflite), options);
      if (net.build.threads !== threads) throw new Unsupported(`net.build.threads is ${net.build.threads}`);
      if (always.revectorize && !JSON.stringify(net.build).includes("wide"))
        throw new Unsupported(`net.build.kernels is ${net.build.kernels}`);
      const input = await readInput(model, "nhwc");
      return () => net.run(input)[0]!.data as Elements;
    },
  };
}

export const ours = engine({});

/** The build for V8's revectoriser, which users opt into. */
export const wide = engine({ revectorize: true });
