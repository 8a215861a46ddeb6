/**
 * How a stage is cut into units: so many rows of the output × one of so many shares of its channel blocks. Units of a
 * stage may run in any order and on any thread; none changes what another computes.
 */
import type { Stage } from "./group.js";

export interface Cut {
  /** Rows of a unit; the last ones may have fewer. */
  readonly rows: number;
  /** Into how many shares the channel blocks are cut. What goes to the panel first is computed for each share. */
  readonly shares: number;
}

/** Panels up to this size stay in the second cache level beside the weights that pass by. */
const PANEL_BYTES = 262144;

/** No unit takes longer: V8 runs the optimised code of a kernel from its next call on. */
const MAX_WORK = 1 << 26;

/** What it costs to hand out a unit, and to stream a byte of weights through it, in multiply-accumulates. */
const UNIT_COST = 4000;
const WEIGHT_COST = 0.2;

/** A depthwise multiply-accumulate takes longer than one of a matrix product; so does one of a pixel that fills no tile. */
const PANEL_FACTOR = 1.5;
const REST_FACTOR = 1.6;
const TILE = 4;

/** The cut with which so many threads finish first. */
export function cutStage(stage: Stage, threads: number): Cut {
  const last = stage.calls.at(-1)!;
  if (!stage.rowWork && threads === 1) return { rows: stage.rows, shares: 1 };
  let best = { rows: 1, shares: 1 };
  let bestTime = Infinity;
  for (const shares of threads === 1 ? [1] : [1, threads, 2 * threads]) {
    if (shares > 1 && last.blocks < 2 * shares) continue;
    for (let rows = 1; rows <= stage.rows; ++rows) {
      if (rows > 1 && !fits(stage, rows, shares)) break;
      const time = finishTime(stage, rows, shares, threads);
      if (time < bestTime) [best, bestTime] = [{ rows, shares }, time];
    }
  }
  return best;
}

function fits({ calls, rowWork }: Stage, rows: number, shares: number): boolean {
  const panel = Math.max(...calls.map(({ panelBytes }) => panelBytes?.(rows) ?? 0));
  return panel <= PANEL_BYTES && (rows * rowWork) / shares <= MAX_WORK;
}

/** When the last of so many threads is done, if each takes the next unit when it is free. */
function finishTime(stage: Stage, rows: number, shares: number, threads: number): number {
  const full = Math.floor(stage.rows / rows);
  const rest = stage.rows % rows;
  const free = new Float64Array(threads);
  const take = (time: number) => (free[free.indexOf(Math.min(...free))]! += time);
  const time = unitTime(stage, rows, shares);
  // Whole rounds leave the threads as they were.
  const rounds = Math.floor((full * shares) / threads);
  free.fill(rounds * time);
  for (let unit = rounds * threads; unit < full * shares; ++unit) take(time);
  if (rest) for (let share = 0; share < shares; ++share) take(unitTime(stage, rest, shares));
  return Math.max(...free);
}

function unitTime({ calls, rowWork, panelWork }: Stage, rows: number, shares: number): number {
  const { record, weights } = calls.at(-1)!;
  const pixels = rows * record.outWidth!;
  const rest = pixels % TILE;
  const tiles = (pixels - rest + REST_FACTOR * rest) / pixels;
  const own = (rows * (rowWork - panelWork) * tiles + WEIGHT_COST * (weights?.bytes ?? 0)) / shares;
  return UNIT_COST + PANEL_FACTOR * rows * panelWork + own;
}
