/** The script of a worker thread. The build makes text of it, so that it can be started wherever the package runs. */
import { bindKernels, type PlainStage } from "./execute.js";
import { mergeExports, type Modules } from "./kernels.js";
import { CONTROL_BYTES, Member } from "./team.js";

/** What a worker is told. */
export interface Orders {
  readonly modules: Modules;
  readonly memory: WebAssembly.Memory;
  readonly stages: readonly PlainStage[];
  readonly batch: number;
  /** Address of the counters. */
  readonly control: number;
  /** Address of its panel. */
  readonly panel: number;
}

function serve({ modules, memory, stages, batch, control, panel }: Orders, ready: () => void): void {
  const kernels = mergeExports(modules.map((module) => new WebAssembly.Instance(module, { env: { memory } })));
  const counters = new Int32Array(memory.buffer, control, CONTROL_BYTES / 4);
  const member = new Member(bindKernels(stages, kernels), batch, counters, panel);
  ready();
  member.follow();
}

// Browsers, Deno and Bun have the worker's functions in the global scope, Node in a module.
const node = globalThis.process?.getBuiltinModule?.("node:worker_threads")?.parentPort;
if (node) {
  node.once("message", (orders: Orders) => serve(orders, () => node.postMessage("ready")));
} else {
  const begin = ({ data }: MessageEvent<Orders>) => {
    serve(data, () => globalThis.postMessage("ready"));
    globalThis.close();
  };
  globalThis.addEventListener("message", begin, { once: true });
}
