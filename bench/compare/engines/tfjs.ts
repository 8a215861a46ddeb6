/**
 * TensorFlow.js on its WebAssembly backend: the network layer by layer with fused convolutions, which spares what the
 * layers of @tensorflow/tfjs-layers add.
 *
 * In Node the backend turns its threads off. They run when its module is created by hand, with its worker's script, which
 * the package has as a string, in a file.
 */
import { readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import { dirname, join } from "node:path";
import type * as Core from "@tensorflow/tfjs-core";
import type * as Backend from "@tensorflow/tfjs-backend-wasm";
import type { Constant, Layer } from "../models/tfjs.js";
import { readInput, Unsupported, type Engine } from "./engine.js";
import { rivalPath, rivalRequire } from "./rivals.js";

const CORE = "@tensorflow/tfjs-core";
const BACKEND = "@tensorflow/tfjs-backend-wasm";
const THREADED = `${BACKEND}/wasm-out/tfjs-backend-wasm-threaded-simd.js`;
const WORKER = "worker.cjs";

export const tfjs: Engine = {
  package: BACKEND,
  precisions: ["float32"],
  page: {
    script: `
      export { fused, mean, reshape, setBackend, softmax, tensor, tidy } from "${CORE}";
      export { setWasmPaths } from "${BACKEND}";`,
    files: [`${BACKEND}/wasm-out/tfjs-backend-wasm-simd.wasm`],
  },
  async install() {
    const { wasmWorkerContents } = rivalRequire(THREADED.replace(/\.js$/, ".worker.js")) as {
      wasmWorkerContents: string;
    };
    // A template string has made line ends of what its code has as \n.
    const script = wasmWorkerContents.replaceAll("\n", "\\n");
    await writeFile(join(dirname(rivalPath(THREADED)), WORKER), script);
  },
  async load(model, threads) {
    const tf = rivalRequire(CORE) as typeof Core;
    const backend = rivalRequire(BACKEND) as typeof Backend;
    if (threads > 1) await registerThreaded(tf, backend, threads);
    await tf.setBackend("wasm");
    if (threads > 1 && backend.getThreadsCount() !== threads)
      throw new Unsupported(`getThreadsCount() is ${backend.getThreadsCount()}`);
    const layers = await readLayers(tf, model.tfjs!);
    const input = await readInput(model, "nhwc");
    return () => {
      const output = tf.tidy(() => layers.reduce((x, layer) => layer(x), tf.tensor(input, model.shape)));
      const elements = output.dataSync();
      output.dispose();
      return elements;
    };
  },
};

/** Registers the backend with threads, as its init() does where it is not told that it is in Node. */
async function registerThreaded(tf: typeof Core, backend: typeof Backend, threads: number): Promise<void> {
  const script = rivalPath(THREADED);
  const cpus = os.cpus();
  os.cpus = () => [...cpus, ...cpus]; // it takes no more threads than half of these
  const create = rivalRequire(THREADED) as (options: object) => Promise<Backend.WasmModule>;
  const module = await create({
    locateFile: (name: string) => join(dirname(script), name.endsWith(".worker.js") ? WORKER : name),
  });
  module.tfjs = {
    init: module.cwrap("init", null, []),
    initWithThreadsCount: module.cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: module.cwrap("get_threads_count", "number", []),
    registerTensor: module.cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: module.cwrap("dispose_data", null, ["number"]),
    dispose: module.cwrap("dispose", null, []),
  };
  backend.setThreadsCount(threads);
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", () => new backend.BackendWasm(module));
}

type Apply = (x: Core.Tensor) => Core.Tensor;

async function readLayers(tf: typeof Core, path: string): Promise<Apply[]> {
  const layers = JSON.parse(await readFile(path, "utf8")) as Layer[];
  const weights = new Float32Array(new Uint8Array(await readFile(path.replace(/\.json$/, ".bin"))).buffer);
  const constant = ({ offset, shape }: Constant) =>
    tf.tensor(weights.slice(offset, offset + shape.reduce((a, b) => a * b)), shape);
  return layers.map((layer): Apply => {
    switch (layer.type) {
      case "convolution":
      case "depthwise": {
        const convolve = layer.type === "convolution" ? tf.fused.conv2d : tf.fused.depthwiseConv2d;
        const { stride, activation } = layer;
        const [filter, bias] = [constant(layer.filter), constant(layer.bias)];
        return (x) => convolve({ x, filter, bias, strides: stride, pad: "same", activation });
      }
      case "mean":
        return (x) => tf.mean(x, [1, 2], true);
      case "reshape":
        return (x) => tf.reshape(x, layer.shape);
      case "softmax":
        return (x) => tf.softmax(x);
    }
  });
}
