/**
 * tfjs-tflite: TensorFlow Lite with XNNPACK, of 2023, called as its own TFLiteModel calls it.
 *
 * The package is made for pages only: its entry looks for a document. So the module beneath is loaded directly, with its
 * binary in hand.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readInput, type Elements, type Engine } from "./engine.js";
import { rivalPath, rivalRequire } from "./rivals.js";
import { pretendToBeWeb } from "./web-worker.js";

const FOLDER = "@tensorflow/tfjs-tflite/wasm";

/** The emscripten module and the C++ classes that it binds. */
interface TfliteModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  readonly TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(
      address: number,
      length: number,
      options: { numThreads: number; enableProfiling: boolean; maxProfilingBufferEntries: number },
    ): { ok(): boolean; errorMessage(): string; value(): Runner };
  };
}

interface Runner {
  GetInputs(): { get(index: number): TensorHandle };
  GetOutputs(): { get(index: number): TensorHandle };
  Infer(): boolean;
}

interface TensorHandle {
  /** A view of the module's memory. */
  data(): Elements;
}

export const tflite: Engine = {
  package: "@tensorflow/tfjs-tflite",
  precisions: ["float32", "int8", "uint8"],
  page: {
    script: `export { loadTFLiteModel } from "@tensorflow/tfjs-tflite/dist/tf-tflite.fesm.min.js"`,
    files: [`${FOLDER}/tflite_web_api_cc_simd.js`, `${FOLDER}/tflite_web_api_cc_simd.wasm`],
  },
  async load(model, threads) {
    const script = rivalPath(`${FOLDER}/tflite_web_api_cc_simd${threads > 1 ? "_threaded" : ""}.js`);
    const run = await startTflite(script, await readFile(model.tflite), threads);
    const elements = await readInput(model, "nhwc");
    return () => run(elements);
  },
};

/** Loads a file into the module that a script of the package makes; the result runs it. */
export async function startTflite(
  script: string,
  file: Uint8Array,
  threads: number,
): Promise<(input: Elements) => Elements> {
  pretendToBeWeb();
  const create = rivalRequire(script) as (options: object) => Promise<TfliteModule>;
  const module = await create({
    wasmBinary: await readFile(script.replace(/\.js$/, ".wasm")),
    locateFile: (name: string) => join(dirname(script), name),
    mainScriptUrlOrBlob: script,
  });
  const address = module._malloc(file.length);
  module.HEAPU8.set(file, address);
  const options = { numThreads: threads, enableProfiling: false, maxProfilingBufferEntries: 1024 };
  const created = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, file.length, options);
  if (!created.ok()) throw new Error(created.errorMessage());
  const runner = created.value();
  const input = runner.GetInputs().get(0);
  const output = runner.GetOutputs().get(0);
  return (elements) => {
    input.data().set(elements);
    if (!runner.Infer()) throw new Error("Infer() failed");
    return output.data().slice();
  };
}
