/** The chart of the family, from figures that are not measured. */
import { expect, test } from "vitest";
import { drawFamily } from "../../bench/family-chart.js";

const member = (name: string, multAdds: number, float32: number, alpha?: number) => ({
  name,
  multAdds,
  milliseconds: { float32, int8: float32 / 2 },
  ...(alpha !== undefined && { alpha }),
});

const chart = drawFamily(
  [member("1.0 MobileNet-224", 569e6, 20, 1), member("small & <thin>", 15e6, 0.5, 0.25), member("Conv", 4867e6, 200)],
  "Node v20 & others",
  ["Conv takes 10 times the time"],
);

/** The numbers of an attribute. */
const numbers = (attribute: string) =>
  [...chart.matchAll(new RegExp(` ${attribute}="([^"]+)"`, "g"))].map(([, value]) => Number(value));

test("has a dot for each network and precision, and squares for those outside the grid", () => {
  expect(chart.match(/<circle /g)!.length).toBe(2 * 2);
  expect(chart.match(/<rect /g)!.length).toBe(2);
  expect(chart).toContain("Node v20 &amp; others");
});

test("is in proportion along the dashed lines, and inside of its frame", () => {
  const [width, height] = [numbers("width")[0]!, numbers("height")[0]!];
  for (const x of numbers("cx")) expect(x).toBeGreaterThan(0);
  for (const x of [...numbers("cx"), ...numbers("x")]) expect(x).toBeLessThan(width);
  for (const y of [...numbers("cy"), ...numbers("y")]) expect(y).toBeLessThan(height);
  for (const line of chart.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" class="\w+ even"/g)) {
    const [x0, y0, x1, y1] = line.slice(1).map(Number) as [number, number, number, number];
    const dots = [...chart.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    // The first network is on a line: each line has a dot, but for roundings to tenths.
    const off = dots.map(([x, y]) => Math.abs(y0 + ((y1 - y0) * (x! - x0)) / (x1 - x0) - y!));
    expect(Math.min(...off)).toBeLessThan(0.2);
  }
});
