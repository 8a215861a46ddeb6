/**
 * The steady state as a picture: a panel for each Node, a column for each number of threads, a group of bars for each
 * network. Bars are as long as the time is in multiples of ours, so that small and large networks share a scale.
 */
import { rect, svg, text } from "../../../src/cli/svg.js";
import { ENGINE_NAMES, RIVALS, type EngineName } from "../engines/index.js";
import { medianOf, type Row } from "../measure/rows.js";
import { describeWork } from "../models/works.js";
import type { Results } from "../results.js";
import { formatFigure, formatThreads, formatVersions } from "./format.js";

/** Pixels. */
const MARGIN = 24;
const COLUMN = 452;
const NAME = 76;
const UNIT = 74;
const BAR = 12;
const BAR_PITCH = 16;
const GROUP_HEAD = 24;
const PANEL_HEAD = 64;
const HEAD = 58;

/** Bars of more multiples than these are cut; their labels tell the truth. */
const LONGEST = 3.25;

const STYLE = `
  .native { fill: #dfe3e8; }
  .one { stroke: #1f6feb; stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) {
    .native { fill: #3d444d; }
    .one { stroke: #4493f8; }
  }`;

export function drawChart({ date, machine, nodes, versions }: Results): string {
  const parts = [
    text(MARGIN, 30, "title", "MobileNet V1: milliseconds for a picture, and how many times ours that is"),
    text(MARGIN, 50, "small", `${date}, ${machine.cpu}. ${formatVersions(versions)}`),
  ];
  let [width, y] = [0, HEAD];
  for (const { node, rows } of nodes) {
    const speed = rows.filter(({ quantity }) => quantity === "picture");
    const columns = [...new Set(speed.map(({ threads }) => threads))];
    let bottom = y;
    for (const [index, threads] of columns.entries()) {
      const x = MARGIN + index * COLUMN;
      parts.push(text(x, y + 32, "panel", `Node ${node}, ${formatThreads(threads)}`));
      let top = y + PANEL_HEAD;
      for (const row of speed.filter((each) => each.threads === threads)) {
        parts.push(...drawGroup(row, x, top));
        top += GROUP_HEAD + BAR_PITCH * barsOf(row).length;
      }
      bottom = Math.max(bottom, top);
      width = Math.max(width, x + COLUMN);
    }
    y = bottom;
  }
  return svg(width, y + MARGIN, parts, STYLE);
}

interface Bar {
  readonly engine: EngineName;
  readonly milliseconds: number;
}

/** What was measured, in the order of the tables. */
function barsOf(row: Row): Bar[] {
  return ENGINE_NAMES.flatMap((engine) => {
    const milliseconds = medianOf(row, engine);
    return milliseconds === undefined ? [] : [{ engine, milliseconds }];
  });
}

function drawGroup(row: Row, x: number, y: number): string[] {
  const bars = barsOf(row);
  const ours = medianOf(row, "ours");
  // Without ours there are no multiples to tell, only bars to compare: in those of the fastest rival.
  const one = ours ?? Math.min(...bars.filter(isRival).map(({ milliseconds }) => milliseconds));
  const left = x + NAME + 8;
  const drawn = bars.flatMap((bar, index) => {
    const { engine, milliseconds } = bar;
    const top = y + BAR_PITCH * index;
    const multiple = milliseconds / one;
    const told = ours !== undefined && engine !== "ours";
    const label = `${formatFigure(milliseconds)} ms${told ? `, ${multiple.toFixed(2)}×` : ""}`;
    const labelled = left + UNIT * Math.min(Math.max(multiple, 1), LONGEST) + 6;
    return [
      text(x + NAME, top + 10, "name", engine),
      drawBar(left, top, multiple, classOf(bar)),
      text(labelled, top + 10, "small", label),
    ];
  });
  const guide = `<path d="M${left + UNIT} ${y - 3}V${y + BAR_PITCH * bars.length - 1}" class="one"/>`;
  return [text(left, y - 8, "group", describeWork(row.work!)), ...drawn, guide];
}

function isRival({ engine }: Bar): boolean {
  return RIVALS.includes(engine);
}

/** A bar, with a gap before its end where it is too long. */
function drawBar(x: number, y: number, multiple: number, style: string): string {
  const part = (from: number, to: number) => rect(from, y, to - from, BAR, style);
  const end = x + UNIT * Math.min(multiple, LONGEST);
  return multiple > LONGEST ? part(x, end - 12) + part(end - 8, end) : part(x, end);
}

function classOf(bar: Bar): "ours" | "native" | "other" {
  if (isRival(bar) || bar.engine === "before") return "other";
  return bar.engine === "ort-native" ? "native" : "ours";
}
