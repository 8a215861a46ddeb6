/**
 * The process of one engine with one model: loads it, runs it ten times, tells how that went, and then runs it whenever
 * it is asked to. In between it waits for messages and takes no time from others.
 */
import { Unsupported, type Elements } from "../engines/engine.js";
import { ENGINES } from "../engines/index.js";
import { cpuTime, now, peakMemory, type Answer, type Request, type Task } from "./messages.js";

const FIRST_RUNS = 10;

const begun = now();
const task = JSON.parse(process.argv[2]!) as Task;

try {
  const engine = await ENGINES[task.engine]();
  const run = await engine.load(task.model, task.threads, task.against);
  let start = performance.now();
  let output = await run();
  const firstResult = now();
  const times = [performance.now() - start];
  while (times.length < FIRST_RUNS) {
    start = performance.now();
    output = await run();
    times.push(performance.now() - start);
  }
  const peak = peakMemory();
  process.on("message", async ({ milliseconds, least }: Request) => {
    const batch: number[] = [];
    for (let total = 0; total < milliseconds || batch.length < least; total += batch.at(-1)!) {
      start = performance.now();
      await run();
      batch.push(performance.now() - start);
    }
    answer({ type: "batch", times: batch, cpu: cpuTime() });
  });
  const digest = await digestOf(output);
  answer({ type: "ready", begun, firstResult, times, output: Array.from(output), digest, peak });
} catch (error) {
  if (!(error instanceof Unsupported)) throw error;
  answer({ type: "refused", reason: error.message });
}

// Threads of an engine would keep the process alive.
process.on("disconnect", () => process.exit());

/** Loads node:crypto only after everything that a start is measured by. */
async function digestOf({ buffer, byteOffset, byteLength }: Elements): Promise<string> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

function answer(message: Answer): void {
  process.send!(message);
}
