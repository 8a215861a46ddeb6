/** The thread pool of a program. Loaded only if a caller asks for threads. */
import source from "../../../build/worker.txt";
import type { BoundStep } from "../execute.js";
import { CONTROL_BYTES } from "./control.js";
import { terminate, Thread } from "./thread.js";
import type { WorkerInit } from "./worker.js";

export interface ThreadPool {
  /** Threads beside the caller's. */
  readonly workers: number;
  /**
   * Runs the program for so many images; `ends` takes the time at which each step ended. Returns when all is done, throws
   * when any thread fails. After that, the pool has no workers and must not be used.
   */
  execute(images: number, ends?: Float64Array): void;
  /** Ends the workers. */
  terminate(): void;
}

/**
 * Starts a worker for each scratch tile but the first, which is the caller's.
 *
 * @throws Error if a worker does not start.
 */
export async function startPool(
  steps: readonly BoundStep[],
  init: Omit<WorkerInit, "tile">,
  tiles: readonly number[],
): Promise<ThreadPool> {
  const control = new Int32Array(init.memory.buffer, init.control, CONTROL_BYTES / 4);
  const leader = new Thread(steps, init.batch, control, tiles[0]!);
  const workers = tiles.slice(1);
  try {
    await Promise.all(workers.map((tile) => startWorker({ ...init, tile })));
  } catch (error) {
    terminate(control);
    throw error;
  }
  return {
    workers: workers.length,
    execute: (images, ends) => leader.lead(images, ends),
    terminate: () => terminate(control),
  };
}

/** Starts a worker and waits until it is ready. */
function startWorker(init: WorkerInit): Promise<void> {
  return typeof Worker === "undefined" ? startInNode(init) : startOnTheWeb(init);
}

function startOnTheWeb(init: WorkerInit): Promise<void> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "mobilenet-simd" });
  const started = new Promise<void>((resolve, reject) => {
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", ({ message }) => reject(new Error(message || "its script did not load")));
  });
  worker.postMessage(init);
  return started.finally(() => URL.revokeObjectURL(url));
}

function startInNode(init: WorkerInit): Promise<void> {
  const { Worker: NodeWorker } = globalThis.process.getBuiltinModule("node:worker_threads");
  const worker = new NodeWorker(source, { eval: true, name: "mobilenet-simd" });
  const started = new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  worker.postMessage(init);
  // A network that nobody disposes of does not keep the process alive.
  return started.finally(() => worker.unref());
}
