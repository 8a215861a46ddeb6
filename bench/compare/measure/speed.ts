/**
 * How long a picture takes in the steady state: one process for each engine, and rounds in which each runs for a while
 * in turn, so that a machine that gets slower or faster does so for all.
 */
import { setTimeout } from "node:timers/promises";
import type { EngineName } from "../engines/index.js";
import type { PreparedWork } from "../models/prepare.js";
import type { EngineProcess } from "../process/engine-process.js";
import type { Batch } from "../process/messages.js";
import { begin, type Host } from "./begin.js";
import { failed, type Failure } from "./outcome.js";
import { watchOthers } from "./others.js";
import type { Row } from "./rows.js";
import { figure } from "./statistics.js";

/** After the first ten runs, for V8 to have optimised all that runs. */
const WARM_UP = { milliseconds: 400, least: 5 };

/** One engine's share of a round. */
export const BATCH = { milliseconds: 150, least: 3 };

/** Milliseconds after each: threads of some engines spin for a while (onnxruntime: 30 ms) before they sleep. */
const SETTLE = 50;

interface Running {
  readonly process: EngineProcess;
  readonly digest: string;
  readonly batches: Batch[];
}

type Failures = Map<EngineName, Failure>;

/**
 * Measures on one network.
 *
 * @param launches how many processes each engine has, one after another, each for all rounds: where memory lies differs
 * from process to process and makes one faster than another.
 */
export async function measureSpeed(
  host: Host,
  prepared: PreparedWork,
  threads: number,
  engines: readonly EngineName[],
  { rounds, launches }: { readonly rounds: number; readonly launches: number },
): Promise<Row> {
  const failures: Failures = new Map();
  const times = new Map<EngineName, number[]>(engines.map((name) => [name, []]));
  const digests = new Map<EngineName, string>();
  let others = 0;
  for (let launch = 0; launch < launches; ++launch) {
    const alive = engines.filter((name) => !failures.has(name));
    const running = await start(host, prepared, threads, alive, failures);
    await inTurn(running, failures, async ({ process, batches }) => batches.push(await process.run(WARM_UP)));
    const othersBeside = watchOthers();
    for (let round = 0; round < rounds; ++round)
      await inTurn(running, failures, async ({ process, batches }) => batches.push(await process.run(BATCH)));
    const taken = Array.from(running.values(), ({ batches }) => batches.at(-1)!.cpu - batches[0]!.cpu);
    others += othersBeside(taken.reduce((a, b) => a + b, 0)) / launches;
    await inTurn(running, failures, ({ process }) => process.stop());
    for (const [name, { batches, digest }] of running) {
      times.get(name)!.push(...batches.slice(1).flatMap((batch) => batch.times));
      digests.set(name, digest);
    }
  }
  const outcomes = engines.map((name) => [name, failures.get(name) ?? figure(times.get(name)!)]);
  const [ours, before] = [digests.get("ours"), digests.get("before")];
  const sameBytes = ours && before ? ours === before : undefined;
  return {
    quantity: "picture",
    work: prepared.work,
    threads,
    outcomes: Object.fromEntries(outcomes),
    others,
    sameBytes,
  };
}

async function start(
  host: Host,
  prepared: PreparedWork,
  threads: number,
  engines: readonly EngineName[],
  failures: Failures,
): Promise<Map<EngineName, Running>> {
  const running = new Map<EngineName, Running>();
  for (const name of engines) {
    const begun = await begin(host, name, prepared, threads);
    if (failed(begun)) failures.set(name, begun);
    else running.set(name, { process: begun.process, digest: begun.ready.digest, batches: [] });
  }
  return running;
}

/** Each engine in its turn. One whose process ends is out; the others go on. */
async function inTurn(
  running: Map<EngineName, Running>,
  failures: Failures,
  action: (engine: Running) => Promise<unknown>,
): Promise<void> {
  for (const [name, engine] of running) {
    try {
      await action(engine);
      await setTimeout(SETTLE);
    } catch (error) {
      running.delete(name);
      await engine.process.stop();
      failures.set(name, { failure: "broken", reason: (error as Error).message });
    }
  }
}
