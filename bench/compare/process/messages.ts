/** What the bench and the processes of its engines tell each other. */
import { readFileSync } from "node:fs";
import type { Model } from "../engines/engine.js";
import type { EngineName } from "../engines/index.js";

/** What a process is for: its only argument, as JSON. */
export interface Task {
  readonly engine: EngineName;
  readonly model: Model;
  readonly threads: number;
  /** The folder of --against. */
  readonly against?: string | undefined;
}

/** The first message of a process: it has loaded the model and run it ten times. */
export interface Ready {
  readonly type: "ready";
  /** Milliseconds since the epoch when Node had started and the script began. */
  readonly begun: number;
  /** Milliseconds since the epoch when the first result was there. */
  readonly firstResult: number;
  /** Milliseconds of each run. */
  readonly times: readonly number[];
  /** The result of the last run. */
  readonly output: readonly number[];
  /** SHA-256 of its bytes. */
  readonly digest: string;
  /** Largest resident set so far, in bytes. */
  readonly peak: number;
}

/** The other first message: the engine cannot do that. */
export interface Refused {
  readonly type: "refused";
  readonly reason: string;
}

/** Asks for runs: as many as fill the time, but not fewer than `least`. */
export interface Request {
  readonly milliseconds: number;
  readonly least: number;
}

/** The answer. */
export interface Batch {
  readonly type: "batch";
  /** Milliseconds of each run. */
  readonly times: readonly number[];
  /** CPU milliseconds that all threads of the process have taken since it was started. */
  readonly cpu: number;
}

export type Answer = Ready | Refused | Batch;

/** Milliseconds since the epoch, finer than Date.now(). */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** CPU milliseconds that all threads of this process have taken. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * The largest resident set of this process so far, in bytes. Where Linux tells it: process.resourceUsage().maxRSS begins
 * with what the parent had when it forked.
 */
export function peakMemory(): number {
  const { maxRSS } = process.resourceUsage();
  const kilobytes =
    process.platform === "linux" ? /VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] : 0;
  return 1024 * (Number(kilobytes) || maxRSS);
}
