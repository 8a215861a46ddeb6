/**
 * How a group is tiled into tasks: a number of output rows × one of several channel splits. The tasks of a group may run in
 * any order and on any thread; none changes the result of another.
 */
import { packedOf, type Call, type Group } from "./call.js";

export interface Tiling {
  /** Rows of a task; the last tasks may have fewer. */
  readonly rows: number;
  /** Splits of the channel blocks. The scratch tile is computed anew for each. */
  readonly splits: number;
}

/** Scratch tiles up to this size stay in the second cache level beside the weights that pass by. */
const TILE_BYTES = 262144;

/** No task takes longer: V8 runs the optimised code of a kernel from its next call on. */
const MAX_WORK = 1 << 26;

/** The cost of handing out a task, and of streaming a byte of weights through it, in multiply-accumulates. */
const TASK_COST = 4000;
const WEIGHT_COST = 0.2;

/** A depthwise multiply-accumulate takes longer than one of a matrix product; so does one of a pixel that fills no tile. */
const TILE_FACTOR = 1.5;
const REST_FACTOR = 1.6;
const TILE = 4;

/** Numbers of rows that are tried for all groups together, and the most of them for one group. */
const SEARCH = 1 << 16;
const MAX_SEARCH = 512;

/** Returns the tiling of each group with which this number of threads finishes first. The work is bounded. */
export function tileGroups(groups: readonly Group[], threads: number): Tiling[] {
  const most = Math.max(4, Math.min(MAX_SEARCH, Math.floor(SEARCH / groups.length)));
  return groups.map((group) => tileGroup(group, threads, candidates(group.rows, most)));
}

/**
 * Returns the numbers of rows to try, in ascending order: all of them up to `most`. Beyond, those that make up to `most`
 * tasks of one size, and powers of two times `most`.
 */
export function candidates(rows: number, most: number): number[] {
  const all = Array.from({ length: Math.min(rows, most) }, (_, i) => i + 1);
  if (rows <= most) return all;
  const others = new Set<number>();
  for (let size = 2 * most; size < rows; size *= 2) others.add(size);
  for (let tasks = 1; tasks <= most; ++tasks) others.add(Math.ceil(rows / tasks));
  return [...all, ...[...others].filter((size) => size > most).toSorted((a, b) => a - b)];
}

/** Returns the fastest tiling with one of these numbers of rows, which ascend from 1. */
export function tileGroup(group: Group, threads: number, sizes: readonly number[]): Tiling {
  const last = group.calls.at(-1)!;
  if (!group.rowWork && threads === 1) return { rows: group.rows, splits: 1 };
  const onTile = group.calls.filter(({ tileBytes }) => tileBytes);
  const weightBytes = packedOf(last).reduce((sum, { bytes }) => sum + bytes, 0);
  let best = { rows: 1, splits: 1 };
  let bestTime = Infinity;
  for (const splits of threads === 1 ? [1] : [1, threads, 2 * threads]) {
    if (splits > 1 && last.blocks < 2 * splits) continue;
    for (const rows of sizes) {
      if (rows > 1 && !((rows * group.rowWork) / splits <= MAX_WORK && fits(onTile, rows))) break;
      const time = finishTime(group, { rows, splits }, threads, weightBytes);
      if (time < bestTime) [best, bestTime] = [{ rows, splits }, time];
    }
  }
  return best;
}

function fits(calls: readonly Call[], rows: number): boolean {
  return calls.every(({ tileBytes }) => tileBytes!(rows) <= TILE_BYTES);
}

/** The time at which the last thread is done, if each takes the next task when it is free. */
function finishTime(group: Group, { rows, splits }: Tiling, threads: number, weightBytes: number): number {
  const full = Math.floor(group.rows / rows) * splits;
  const rest = group.rows % rows;
  const time = taskTime(group, rows, splits, weightBytes);
  // Whole rounds leave the threads as they were; then some threads are busy for one more task.
  const busy = full % threads;
  let early = ((full - busy) / threads) * time;
  let late = early + (busy ? time : 0);
  if (!rest) return late;
  // The smaller tasks at the end go to the threads that are free first, one round of them after another.
  const shortTime = taskTime(group, rest, splits, weightBytes);
  let end = late;
  for (let left = splits; left > 0;) {
    const isEarly = busy === 0 || early <= late;
    left -= isEarly ? threads - busy : busy;
    if (isEarly) end = Math.max(end, (early += shortTime));
    else end = Math.max(end, (late += shortTime));
  }
  return end;
}

function taskTime({ width, rowWork, tileWork }: Group, rows: number, splits: number, weightBytes: number): number {
  const pixels = rows * width;
  const rest = pixels % TILE;
  const tiles = (pixels - rest + REST_FACTOR * rest) / pixels;
  const own = (rows * (rowWork - tileWork) * tiles + WEIGHT_COST * weightBytes) / splits;
  return TASK_COST + TILE_FACTOR * rows * tileWork + own;
}
