/**
 * How a group is tiled into tasks: a number of output rows × one of several channel splits. The tasks of a group may run in
 * any order and on any thread; none changes the result of another.
 */
import { packedOf, type Group } from "./call.js";

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

/** Returns the tiling with which this number of threads finishes first. */
export function tileGroup(group: Group, threads: number): Tiling {
  const last = group.calls.at(-1)!;
  if (!group.rowWork && threads === 1) return { rows: group.rows, splits: 1 };
  const weightBytes = packedOf(last).reduce((sum, { bytes }) => sum + bytes, 0);
  let best = { rows: 1, splits: 1 };
  let bestTime = Infinity;
  for (const splits of threads === 1 ? [1] : [1, threads, 2 * threads]) {
    if (splits > 1 && last.blocks < 2 * splits) continue;
    for (let rows = 1; rows <= group.rows; ++rows) {
      if (rows > 1 && !fits(group, rows, splits)) break;
      const time = finishTime(group, { rows, splits }, threads, weightBytes);
      if (time < bestTime) [best, bestTime] = [{ rows, splits }, time];
    }
  }
  return best;
}

function fits({ calls, rowWork }: Group, rows: number, splits: number): boolean {
  const tile = Math.max(...calls.map(({ tileBytes }) => tileBytes?.(rows) ?? 0));
  return tile <= TILE_BYTES && (rows * rowWork) / splits <= MAX_WORK;
}

/** The time at which the last thread is done, if each takes the next task when it is free. */
function finishTime(group: Group, { rows, splits }: Tiling, threads: number, weightBytes: number): number {
  const full = Math.floor(group.rows / rows);
  const rest = group.rows % rows;
  const free = new Float64Array(threads);
  const take = (time: number) => (free[free.indexOf(Math.min(...free))]! += time);
  const time = taskTime(group, rows, splits, weightBytes);
  // Whole rounds leave the threads as they were.
  const rounds = Math.floor((full * splits) / threads);
  free.fill(rounds * time);
  for (let task = rounds * threads; task < full * splits; ++task) take(time);
  if (rest) for (let split = 0; split < splits; ++split) take(taskTime(group, rest, splits, weightBytes));
  return Math.max(...free);
}

function taskTime({ width, rowWork, tileWork }: Group, rows: number, splits: number, weightBytes: number): number {
  const pixels = rows * width;
  const rest = pixels % TILE;
  const tiles = (pixels - rest + REST_FACTOR * rest) / pixels;
  const own = (rows * (rowWork - tileWork) * tiles + WEIGHT_COST * weightBytes) / splits;
  return TASK_COST + TILE_FACTOR * rows * tileWork + own;
}
