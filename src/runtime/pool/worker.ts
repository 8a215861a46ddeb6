/** The script of a worker thread. The build makes text of it, so that it starts wherever the package runs. */
import type { PlannedStep } from "../../compiler/plan.js";
import { bindSteps } from "../execute.js";
import { mergeExports } from "../kernels.js";
import { CONTROL_BYTES } from "./control.js";
import { Thread } from "./thread.js";

/** The first message to a worker. */
export interface WorkerInit {
  /** The kernels, an export of a later module before that of an earlier one. */
  readonly modules: readonly WebAssembly.Module[];
  readonly memory: WebAssembly.Memory;
  readonly steps: readonly PlannedStep[];
  readonly batch: number;
  /** Address of the counters. */
  readonly control: number;
  /** Address of its scratch tile. */
  readonly tile: number;
}

function serve({ modules, memory, steps, batch, control, tile }: WorkerInit, ready: () => void): void {
  const kernels = mergeExports(modules.map((module) => new WebAssembly.Instance(module, { env: { memory } })));
  const counters = new Int32Array(memory.buffer, control, CONTROL_BYTES / 4);
  const thread = new Thread(bindSteps(steps, kernels), batch, counters, tile);
  ready();
  thread.follow();
}

// Browsers, Deno and Bun have the worker's functions in the global scope, Node in a module.
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
