/** Starts the worker threads of a program. Loaded only when a model runs on more than one thread. */
import source from "../../../build/worker.txt";
import type { RunningStage } from "../execute.js";
import { CONTROL_BYTES, PoolThread, terminate } from "./thread.js";
import type { WorkerInit } from "./worker.js";

export interface ThreadPool {
  /** Number of threads besides the caller's. */
  readonly workers: number;
  /** Runs the program for the first `images` images; `ends` receives the end of each stage. The caller takes part. */
  run(images: number, ends?: Float64Array): void;
  /** Ends the workers. */
  terminate(): void;
}

/**
 * Starts one worker for each panel except the first, which is the caller's.
 *
 * @throws Error if a worker does not start.
 */
export async function startPool(
  stages: readonly RunningStage[],
  init: Omit<WorkerInit, "panel">,
  panels: readonly number[],
): Promise<ThreadPool> {
  const control = new Int32Array(init.memory.buffer, init.control, CONTROL_BYTES / 4);
  const caller = new PoolThread(stages, init.batch, control, panels[0]!);
  const workers = panels.slice(1);
  try {
    await Promise.all(workers.map((panel) => startWorker({ ...init, panel })));
  } catch (error) {
    terminate(control);
    throw error;
  }
  return {
    workers: workers.length,
    run: (images, ends) => caller.run(images, ends),
    terminate: () => terminate(control),
  };
}

/** Starts a worker and waits until it is ready. */
function startWorker(init: WorkerInit): Promise<void> {
  return typeof Worker === "undefined" ? startNodeWorker(init) : startWebWorker(init);
}

function startWebWorker(init: WorkerInit): Promise<void> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "mobilenet-simd" });
  const started = new Promise<void>((resolve, reject) => {
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", ({ message }) => reject(new Error(message || "its script did not load")));
  });
  worker.postMessage(init);
  return started.finally(() => URL.revokeObjectURL(url));
}

function startNodeWorker(init: WorkerInit): Promise<void> {
  const { Worker: NodeWorker } = globalThis.process.getBuiltinModule("node:worker_threads");
  const worker = new NodeWorker(source, { eval: true, name: "mobilenet-simd" });
  const started = new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  worker.postMessage(init);
  // A network that is never disposed does not keep the process alive.
  return started.finally(() => worker.unref());
}
