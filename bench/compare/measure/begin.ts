/** The beginning of every measurement: an engine's process that has loaded a network and computed what ours does. */
import { ENGINES, type EngineName } from "../engines/index.js";
import type { PreparedWork } from "../models/prepare.js";
import { EngineProcess } from "../process/engine-process.js";
import type { Ready } from "../process/messages.js";
import { mismatch } from "./check.js";
import type { Failure, Outcome } from "./outcome.js";

/** Where engines run. */
export interface Host {
  /** The path of a Node. */
  readonly node: string;
  /** The folder of the other checkout that the engine `before` runs. */
  readonly against?: string | undefined;
}

export interface Begun {
  readonly process: EngineProcess;
  readonly ready: Ready;
}

/** Starts an engine. Its process runs on until it is stopped, unless the outcome is a failure. */
export async function begin(
  { node, against }: Host,
  engine: EngineName,
  { work: { precision }, model, reference }: PreparedWork,
  threads: number,
): Promise<Outcome<Begun>> {
  const { precisions } = await ENGINES[engine]();
  if (!precisions.includes(precision)) return { failure: "unsupported", reason: `has no ${precision}` };
  const process = new EngineProcess(node, { engine, model, threads, against });
  const end = async (failure: Failure): Promise<Failure> => {
    await process.stop();
    return failure;
  };
  try {
    const ready = await process.ready();
    if (ready.type === "refused") return await end({ failure: "unsupported", reason: ready.reason });
    const wrong = mismatch(ready.output, reference, precision);
    return wrong ? await end({ failure: "wrong", reason: wrong }) : { process, ready };
  } catch (error) {
    return end({ failure: "broken", reason: (error as Error).message });
  }
}
