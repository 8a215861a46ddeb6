/**
 * LiteRT.js on its WebAssembly backend (XNNPACK). It takes its build with relaxed SIMD where V8 has that, and has threads
 * only there; its interface has no int8.
 *
 * In Node it lacks importScripts(), and its loaders are CommonJS in a package of ES modules.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readInput, Unsupported, type Engine } from "./engine.js";
import { rivalPath, rivalRequire } from "./rivals.js";

const LOADER = "@litertjs/core/wasm/litert_wasm_internal.js";

export const litert: Engine = {
  package: "@litertjs/core",
  precisions: ["float32", "int8", "uint8"],
  page: {
    script: `export { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core"`,
    files: [LOADER, "@litertjs/core/wasm/litert_wasm_internal.wasm"],
  },
  async install() {
    await writeFile(join(dirname(rivalPath(LOADER)), "package.json"), `{ "type": "commonjs" }\n`);
  },
  async load(model, threads) {
    const importScripts = (path: string) => Object.assign(globalThis, { ModuleFactory: rivalRequire(path) });
    Object.assign(globalThis, { self: globalThis, importScripts });
    const { loadAndCompile, loadLiteRt, Tensor } = await import("@litertjs/core");
    try {
      await loadLiteRt(dirname(rivalPath(LOADER)), { threads: threads > 1 });
    } catch (error) {
      if (String(error).includes("only supported with relaxed SIMD"))
        throw new Unsupported("its threads need relaxed SIMD");
      throw error;
    }
    const bytes = new Uint8Array(await readFile(model.tflite));
    const compiled = await loadAndCompile(bytes, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
    const input = await readInput(model, "nhwc");
    return async () => {
      const tensor = new Tensor(input, model.shape);
      const outputs = await compiled.run([tensor]);
      const output = await outputs[0]!.data();
      for (const each of [tensor, ...outputs]) each.delete();
      return output;
    };
  },
};
