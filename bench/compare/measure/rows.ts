/** The form of all results: a row for each thing that was measured, with a figure for each engine. */
import { RIVALS, type EngineName } from "../engines/index.js";
import type { Work } from "../models/works.js";
import { failed, type Outcomes } from "./outcome.js";
import type { Figure } from "./statistics.js";

/** What is measured, and in what unit. */
export const QUANTITIES = {
  picture: { title: "a picture", unit: "ms" },
  start: { title: "process start to first result", unit: "ms" },
  own: { title: "from the first line of the script on", unit: "ms" },
  first: { title: "first run", unit: "ms" },
  second: { title: "second run", unit: "ms" },
  tenth: { title: "tenth run", unit: "ms" },
  peak: { title: "peak resident memory", unit: "MB" },
  download: { title: "download of a page", unit: "kB" },
  gzip: { title: "the same, gzipped", unit: "kB" },
} as const;

export type Quantity = keyof typeof QUANTITIES;

export interface Row {
  readonly quantity: Quantity;
  /** Nothing for what does not depend on the network. */
  readonly work?: Work;
  readonly threads: number;
  readonly outcomes: Outcomes<Figure>;
  /** How many cores others kept busy meanwhile, where that was watched. */
  readonly others?: number;
  /** Whether the engines `ours` and `before` computed the same bytes, where both ran. */
  readonly sameBytes?: boolean | undefined;
}

/** The figure of an engine, if there is one. */
function figureOf({ outcomes }: Row, engine: EngineName): Figure | undefined {
  const outcome = outcomes[engine];
  return outcome && !failed(outcome) ? outcome : undefined;
}

export function medianOf(row: Row, engine: EngineName): number | undefined {
  return figureOf(row, engine)?.median;
}

/** The best of the rivals in WebAssembly / ours: how many times better ours is. */
export function ratioOf(row: Row): number | undefined {
  const ours = medianOf(row, "ours");
  const rivals = RIVALS.map((engine) => medianOf(row, engine)).filter((median) => median !== undefined);
  return ours && rivals.length ? Math.min(...rivals) / ours : undefined;
}

/** The other checkout's minimum or median / ours: how many times as fast ours is. */
export function beforeRatioOf(row: Row, value: "min" | "median"): number | undefined {
  const [ours, before] = [figureOf(row, "ours"), figureOf(row, "before")];
  return ours && before && before[value] / ours[value];
}

/** Native code / our wide build. */
export function wideRatioOf(row: Row): number | undefined {
  const [native, wide] = [medianOf(row, "ort-native"), medianOf(row, "ours-wide")];
  return native && wide ? native / wide : undefined;
}
