/** TensorFlow Lite (tfjs-tflite, with XNNPACK) in Node: its module is loaded directly, because its entry needs a page. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { TensorView } from "../../../src/ir/tensor.js";

interface Handles {
  size(): number;
  get(index: number): { data(): TensorView };
}

/** The emscripten module and the C++ classes that it binds. */
interface TfliteModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  readonly TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(
      address: number,
      length: number,
      options: object,
    ): {
      ok(): boolean;
      errorMessage(): string;
      value(): { GetInputs(): Handles; GetOutputs(): Handles; Infer(): boolean };
    };
  };
}

/** Loads a file; the result copies inputs in, infers, and copies outputs out. */
export type Open = (file: Uint8Array) => (inputs: readonly TensorView[]) => TensorView[];

/**
 * Starts the engine. It sets globals of the web, so it comes after all else that looks at these.
 *
 * @param from a module of the package that has the engine.
 */
export async function openTflite(from: string | URL): Promise<Open> {
  const require = createRequire(from);
  const script = require.resolve("@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.js");
  Object.assign(globalThis, { self: globalThis }); // it takes itself to be on the web
  const create = require(script) as (options: object) => Promise<TfliteModule>;
  const tflite = await create({
    wasmBinary: readFileSync(script.replace(/\.js$/, ".wasm")),
    locateFile: (name: string) => join(dirname(script), name),
  });
  return (file) => {
    const address = tflite._malloc(file.length);
    tflite.HEAPU8.set(file, address);
    const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1024 };
    const created = tflite.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, file.length, options);
    if (!created.ok()) throw new Error(created.errorMessage());
    const runner = created.value();
    return (inputs) => {
      for (const [i, elements] of inputs.entries()) runner.GetInputs().get(i).data().set(elements);
      if (!runner.Infer()) throw new Error("Infer() failed");
      const outputs = runner.GetOutputs();
      return Array.from({ length: outputs.size() }, (_, i) => outputs.get(i).data().slice());
    };
  };
}
