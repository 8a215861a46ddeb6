/** The family as a picture: time against mult-adds, both logarithmic, so that in proportion means along a diagonal. */
import { svg, text } from "../src/cli/svg.js";
import { PRECISIONS, type Precision } from "./models.js";

/** A network of the family, with its times. */
export interface Member {
  readonly name: string;
  /** The width multiplier of a network of the grid; the variants have none. */
  readonly alpha?: number;
  readonly multAdds: number;
  readonly milliseconds: Readonly<Record<Precision, number>>;
}

/** Pixels. */
const WIDTH = 820;
const HEIGHT = 640;
const LEFT = 72;
const RIGHT = 24;
const TOP = 132;
const BOTTOM = 56;

/** Blue and orange are told apart by all eyes. */
const STYLE = `
  .axis { stroke: #d1d9e0; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .float32 { fill: #1f6feb; stroke: #1f6feb; }
  .int8 { fill: #bc4c00; stroke: #bc4c00; }
  text.float32, text.int8 { stroke: none; }
  path.float32, path.int8 { fill: none; }
  .even { stroke-dasharray: 3 4; }
  @media (prefers-color-scheme: dark) {
    .axis { stroke: #3d444d; }
    .float32 { fill: #4493f8; stroke: #4493f8; }
    .int8 { fill: #f0883e; stroke: #f0883e; }
  }`;

/** A logarithmic axis. */
interface Axis {
  readonly ticks: readonly number[];
  readonly place: (value: number) => number;
}

export function drawFamily(members: readonly Member[], conditions: string, answers: readonly string[]): string {
  const millions = members.map(({ multAdds }) => multAdds / 1e6);
  const times = members.flatMap(({ milliseconds }) => PRECISIONS.map((precision) => milliseconds[precision]));
  const x = axis(millions, LEFT, WIDTH - RIGHT);
  const y = axis(times, HEIGHT - BOTTOM, TOP);
  const parts = [
    text(24, 30, "title", "MobileNet V1: time against mult-adds"),
    text(24, 50, "small", `${conditions}; dashed: in proportion to ${members[0]!.name}`),
    ...answers.map((answer, index) => text(24, 72 + 18 * index, "", answer)),
    ...x.ticks.flatMap((tick) => [
      `<path d="M${x.place(tick)} ${TOP}V${HEIGHT - BOTTOM}" class="axis"/>`,
      text(x.place(tick), HEIGHT - BOTTOM + 18, "small middle", `${tick}`),
    ]),
    ...y.ticks.flatMap((tick) => [
      `<path d="M${LEFT} ${y.place(tick)}H${WIDTH - RIGHT}" class="axis"/>`,
      text(LEFT - 8, y.place(tick) + 4, "small end", `${tick}`),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 38, "small middle", "million mult-adds"),
    text(LEFT - 8, TOP - 10, "small end", "ms"),
    ...PRECISIONS.flatMap((precision) => drawSeries(members, precision, x, y)),
    ...drawNames(members, x, y),
    ...drawLegend(),
  ];
  return svg(WIDTH, HEIGHT, parts, STYLE);
}

function widthsOf(members: readonly Member[]): number[] {
  return [...new Set(members.flatMap(({ alpha }) => alpha ?? []))];
}

/** A dot for each network, those of one width joined; dashed, what would be in proportion to the whole MobileNet. */
function drawSeries(members: readonly Member[], precision: Precision, x: Axis, y: Axis): string[] {
  const point = ({ multAdds, milliseconds }: Member): [number, number] => [
    x.place(multAdds / 1e6),
    y.place(milliseconds[precision]),
  ];
  const whole = members[0]!;
  const ends = [x.ticks[0]!, x.ticks.at(-1)!].map((millions) => {
    const milliseconds = (whole.milliseconds[precision] * millions * 1e6) / whole.multAdds;
    return `${x.place(millions)} ${y.place(milliseconds)}`;
  });
  const lines = widthsOf(members).map((width) => members.filter(({ alpha }) => alpha === width).map(point));
  return [
    `<path d="M${ends.join("L")}" class="${precision} even"/>`,
    ...lines.map((points) => `<path d="M${points.map((at) => at.join(" ")).join("L")}" class="${precision}"/>`),
    ...members.map((member) => drawMember(member, point(member), precision)),
  ];
}

/** A circle for a network of the grid, a square for another. */
function drawMember({ alpha }: Member, [x, y]: [number, number], precision: Precision): string {
  if (alpha !== undefined) return `<circle cx="${x}" cy="${y}" r="4" class="${precision}"/>`;
  return `<rect x="${x - 4}" y="${y - 4}" width="8" height="8" class="${precision}"/>`;
}

/** Names, each once: below the int8 dots those of the largest network of each width, above the float32 dots the others. */
function drawNames(members: readonly Member[], x: Axis, y: Axis): string[] {
  const largest = widthsOf(members).map((width) => members.find(({ alpha }) => alpha === width)!);
  const others = members.filter(({ alpha }) => alpha === undefined);
  return [
    ...largest.map(({ name, multAdds, milliseconds }) =>
      text(x.place(multAdds / 1e6) + 8, y.place(milliseconds.int8) + 18, "small", name),
    ),
    ...others.map(({ name, multAdds, milliseconds }) =>
      text(x.place(multAdds / 1e6) - 10, y.place(milliseconds.float32) - 6, "small end", name),
    ),
  ];
}

/** Which colour is which precision, where no dots are. */
function drawLegend(): string[] {
  return PRECISIONS.flatMap((precision, index) => {
    const [x, y] = [WIDTH - RIGHT - 80, HEIGHT - BOTTOM - 40 + 18 * index];
    return [`<path d="M${x} ${y}h16" class="${precision}"/>`, text(x + 22, y + 4, precision, precision)];
  });
}

/** From the tick below the least value to the one above the largest; ticks at 1, 2 and 5 of each power of ten. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const steps = [-2, -1, 0, 1, 2, 3, 4].flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const first = steps.findLast((step) => step <= Math.min(...values))!;
  const last = steps.find((step) => step >= Math.max(...values))!;
  const ticks = steps.filter((step) => step >= first && step <= last);
  const place = (value: number) =>
    Math.round(10 * (from + ((to - from) * Math.log(value / first)) / Math.log(last / first))) / 10;
  return { ticks, place };
}
