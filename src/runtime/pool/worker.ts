/** The script of a worker thread. The build turns it into text, so that it starts wherever the package runs. */
import { bindKernels, type PlainStage } from "../execute.js";
import { mergeExports, type Modules } from "../kernels.js";
import { CONTROL_BYTES, PoolThread } from "./thread.js";

/** The message that starts a worker. */
export interface WorkerInit {
  readonly modules: Modules;
  readonly memory: WebAssembly.Memory;
  readonly stages: readonly PlainStage[];
  readonly batch: number;
  /** Address of the counters. */
  readonly control: number;
  /** Address of this worker's panel. */
  readonly panel: number;
}

function serve({ modules, memory, stages, batch, control, panel }: WorkerInit, ready: () => void): void {
  const kernels = mergeExports(modules.map((module) => new WebAssembly.Instance(module, { env: { memory } })));
  const counters = new Int32Array(memory.buffer, control, CONTROL_BYTES / 4);
  const thread = new PoolThread(bindKernels(stages, kernels), batch, counters, panel);
  ready();
  thread.serve();
}

// Browsers, Deno and Bun have the worker's functions in the global scope, Node has them in a module.
const node = globalThis.process?.getBuiltinModule?.("node:worker_threads")?.parentPort;
if (node) {
  node.once("message", (init: WorkerInit) => serve(init, () => node.postMessage("ready")));
} else {
  const begin = ({ data }: MessageEvent<WorkerInit>) => {
    serve(data, () => globalThis.postMessage("ready"));
    globalThis.close();
  };
  globalThis.addEventListener("message", begin, { once: true });
}
