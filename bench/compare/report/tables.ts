/** The results as text. */
import { table } from "../../../src/cli/command.js";
import { RIVALS, type EngineName } from "../engines/index.js";
import { ownTime, startRatio, WAYS, type CompiledStart, type Way } from "../measure/compiled.js";
import { failed } from "../measure/outcome.js";
import { beforeRatioOf, QUANTITIES, ratioOf, wideRatioOf, type Row } from "../measure/rows.js";
import type { Figure } from "../measure/statistics.js";
import { describeWork } from "../models/works.js";
import type { NodeResults, Run } from "../results.js";
import { formatFigure, formatThreads, formatVersions } from "./format.js";

export function describeHeader({ date, machine, versions }: Run): string {
  return `${date}, ${machine.cpu}, ${machine.cores} cores
${formatVersions(versions)}
medians, ± half of the range between the quartiles; ratio: best of ${RIVALS.join(", ")} / ours
others: cores that other processes kept busy meanwhile; figures beside much more than 0 are not to be trusted\n\n`;
}

export function describeNode({ node, rows, compiled }: NodeResults, engines: readonly EngineName[]): string {
  const speed = rows.filter(({ quantity }) => quantity === "picture");
  const start = rows.filter(({ quantity }) => quantity !== "picture");
  return [
    describe(`Node ${node}, ms for a picture`, speed, engines),
    describe(`Node ${node}, a new process`, start, engines),
    describeCompiled(`Node ${node}, start to first result, ms`, compiled),
  ].join("");
}

export function describeDownloads(rows: readonly Row[], engines: readonly EngineName[]): string {
  return describe("Download of a page, without a model", rows, engines);
}

/** Columns after those of the engines, where there is something in them. */
const EXTRAS: readonly (readonly [string, (row: Row) => string | undefined])[] = [
  ["ratio", (row) => ratioOf(row)?.toFixed(2)],
  ["before / ours: min", (row) => beforeRatioOf(row, "min")?.toFixed(3)],
  ["median", (row) => beforeRatioOf(row, "median")?.toFixed(3)],
  ["same bytes", ({ sameBytes }) => (sameBytes === undefined ? undefined : sameBytes ? "yes" : "NO")],
  ["native / wide", (row) => wideRatioOf(row)?.toFixed(2)],
  ["others", ({ others }) => others?.toFixed(2)],
];

/** A table with a column for each engine, and below it why figures are missing. */
function describe(title: string, rows: readonly Row[], engines: readonly EngineName[]): string {
  if (!rows.length) return "";
  const extras = EXTRAS.filter(([, valueOf]) => rows.some((row) => valueOf(row) !== undefined));
  const head = [title, ...engines, ...extras.map(([name]) => name)];
  const lines = rows.map((row) => [
    label(row),
    ...engines.map((engine) => cell(row, engine)),
    ...extras.map(([, valueOf]) => valueOf(row) ?? "-"),
  ]);
  const right = head.map((_, column) => column > 0);
  const notes = notesOf(rows, engines).map((note) => `${note}\n`);
  return `${table([head, ...lines], right)}${notes.join("")}\n`;
}

/** The columns of the ways to a first result. */
const WAY_TITLES: Readonly<Record<Way, string>> = {
  before: ".tflite before",
  ours: ".tflite ours",
  module: "compiled",
  image: "and image",
};

/** Minimum (median) without an empty script's, and how many times as long the .tflite file takes. */
function describeCompiled(title: string, starts: readonly CompiledStart[]): string {
  if (!starts.length) return "";
  const ways = WAYS.filter((way) => starts.some((start) => start.ways[way]));
  const base = ways[0] === "before" ? "before" : "ours";
  const both = (format: (value: "min" | "median") => string) => `${format("min")} (${format("median")})`;
  const head = [
    title,
    "empty script",
    ...ways.map((way) => WAY_TITLES[way]),
    ...ways.slice(1).map((way) => `× ${WAY_TITLES[way]}`),
  ];
  const lines = starts.map((start) => [
    describeWork(start.work),
    both((value) => start.empty[value].toFixed(1)),
    ...ways.map((way) => both((value) => ownTime(start, way, value)?.toFixed(1) ?? "-")),
    ...ways.slice(1).map((way) => both((value) => startRatio(start, way, value)?.toFixed(2) ?? "-")),
  ]);
  const note = `minimum (median) of ${starts[0]!.empty.count} processes each, an empty script's subtracted; ×: ${WAY_TITLES[base]} / that\n\n`;
  return `${table(
    [head, ...lines],
    head.map((_, column) => column > 0),
  )}${note}`;
}

function label({ quantity, work, threads }: Row): string {
  const { title, unit } = QUANTITIES[quantity];
  if (quantity === "picture") return `${describeWork(work!)}, ${formatThreads(threads)}`;
  return `${work ? `${describeWork(work)}, ` : ""}${title}, ${unit}`;
}

function cell({ quantity, outcomes }: Row, engine: EngineName): string {
  const outcome = outcomes[engine];
  if (!outcome) return "";
  if (failed(outcome)) return outcome.failure === "unsupported" ? "-" : outcome.failure.toUpperCase();
  return quantity === "picture" ? `${formatFigure(outcome.median)} ±${spread(outcome)}` : formatFigure(outcome.median);
}

function spread({ median, low, high }: Figure): string {
  return `${((50 * (high - low)) / median).toFixed(0)}%`;
}

/** Each reason once. */
function notesOf(rows: readonly Row[], engines: readonly EngineName[]): string[] {
  const notes = rows.flatMap((row) =>
    engines.map((engine) => {
      const outcome = row.outcomes[engine];
      if (!outcome || !failed(outcome)) return "";
      const where = outcome.failure === "unsupported" ? "" : ` (${label(row)}) ${outcome.failure.toUpperCase()}`;
      return `${engine}${where}: ${outcome.reason}`;
    }),
  );
  return [...new Set(notes)].filter(Boolean);
}
