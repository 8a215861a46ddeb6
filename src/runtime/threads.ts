/** Starting the worker threads of a program. Loaded only if somebody asks for threads. */
import source from "../../build/worker.txt";
import type { RunningStage } from "./execute.js";
import { CONTROL_BYTES, dismiss, Member } from "./team.js";
import type { Orders } from "./worker.js";

export interface Team {
  /** How many threads there are beside the caller's. */
  readonly workers: number;
  /** Runs the program for so many images; `ends` takes when each stage ended. The caller takes part and is back when it is done. */
  execute(images: number, ends?: Float64Array): void;
  /** Ends the workers. */
  dismiss(): void;
}

/**
 * Starts a worker for each panel but the first, which is the caller's.
 *
 * @throws Error if a worker does not start.
 */
export async function recruit(
  stages: readonly RunningStage[],
  orders: Omit<Orders, "panel">,
  panels: readonly number[],
): Promise<Team> {
  const control = new Int32Array(orders.memory.buffer, orders.control, CONTROL_BYTES / 4);
  const leader = new Member(stages, orders.batch, control, panels[0]!);
  const workers = panels.slice(1);
  try {
    await Promise.all(workers.map((panel) => start({ ...orders, panel })));
  } catch (error) {
    dismiss(control);
    throw error;
  }
  return {
    workers: workers.length,
    execute: (images, ends) => leader.lead(images, ends),
    dismiss: () => dismiss(control),
  };
}

/** Starts a worker and waits until it is ready. */
function start(orders: Orders): Promise<void> {
  return typeof Worker === "undefined" ? startInNode(orders) : startOnTheWeb(orders);
}

function startOnTheWeb(orders: Orders): Promise<void> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "mobilenet-simd" });
  const started = new Promise<void>((resolve, reject) => {
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", ({ message }) => reject(new Error(message || "its script did not load")));
  });
  worker.postMessage(orders);
  return started.finally(() => URL.revokeObjectURL(url));
}

function startInNode(orders: Orders): Promise<void> {
  const { Worker: NodeWorker } = globalThis.process.getBuiltinModule("node:worker_threads");
  const worker = new NodeWorker(source, { eval: true, name: "mobilenet-simd" });
  const started = new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  worker.postMessage(orders);
  // A network that nobody disposes of does not keep the process alive.
  return started.finally(() => worker.unref());
}
