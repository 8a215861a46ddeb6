/**
 * How long a picture takes in the steady state: one process for each engine, and rounds in which each runs for a while
 * in turn, so that a machine that gets slower or faster does so for all.
 */
import { setTimeout } from "node:timers/promises";
import type { EngineName } from "../engines/index.js";
import type { PreparedWork } from "../models/prepare.js";
import type { EngineProcess } from "../process/engine-process.js";
import type { Batch } from "../process/messages.js";
import { begin } from "./begin.js";
import { failed, type Outcome } from "./outcome.js";
import { watchOthers } from "./others.js";
import type { Row } from "./rows.js";
import { figure, type Figure } from "./statistics.js";

/** After the first ten runs, for V8 to have optimised all that runs. */
const WARM_UP = { milliseconds: 400, least: 5 };

/** One engine's share of a round. */
const BATCH = { milliseconds: 150, least: 3 };

/** Milliseconds after each: threads of some engines spin for a while (onnxruntime: 30 ms) before they sleep. */
const SETTLE = 50;

interface Running {
  readonly process: EngineProcess;
  readonly batches: Batch[];
}

export async function measureSpeed(
  node: string,
  prepared: PreparedWork,
  threads: number,
  engines: readonly EngineName[],
  rounds: number,
): Promise<Row> {
  const outcomes: Partial<Record<EngineName, Outcome<Figure>>> = {};
  const running = new Map<EngineName, Running>();
  /** An engine whose process ends is out; the others go on. */
  const inTurn = async (action: (engine: Running) => Promise<unknown>) => {
    for (const [name, engine] of running) {
      try {
        await action(engine);
        await setTimeout(SETTLE);
      } catch (error) {
        running.delete(name);
        await engine.process.stop();
        outcomes[name] = { failure: "broken", reason: (error as Error).message };
      }
    }
  };
  for (const name of engines) {
    const begun = await begin(node, name, prepared, threads);
    if (failed(begun)) outcomes[name] = begun;
    else running.set(name, { process: begun.process, batches: [] });
  }
  await inTurn(async ({ process, batches }) => batches.push(await process.run(WARM_UP)));
  const othersBeside = watchOthers();
  for (let round = 0; round < rounds; ++round)
    await inTurn(async ({ process, batches }) => batches.push(await process.run(BATCH)));
  const taken = Array.from(running.values(), ({ batches }) => batches.at(-1)!.cpu - batches[0]!.cpu);
  const others = othersBeside(taken.reduce((a, b) => a + b, 0));
  await inTurn(({ process }) => process.stop());
  for (const [name, { batches }] of running) outcomes[name] = figure(batches.slice(1).flatMap(({ times }) => times));
  return { quantity: "picture", work: prepared.work, threads, outcomes, others };
}
