/**
 * npm run bench -- --family: the paper's argument in time. Width and resolution multipliers and the networks of Tables 4
 * and 5 trade mult-adds; do they trade as much time?
 */
import { writeFile } from "node:fs/promises";
import { table } from "../src/cli/command.js";
import { mobileNetV1, type MobileNetOptions } from "../src/models/mobilenetv1.js";
import { quantized } from "../src/models/quantized.js";
import type { Modules } from "../src/runtime/kernels.js";
import { drawFamily, type Member } from "./family-chart.js";
import { createRunnable, multAddsOf, rate, timeOf } from "./measure.js";
import { PRECISIONS } from "./models.js";

const ALPHAS = [1, 0.75, 0.5, 0.25];
const RESOLUTIONS = [224, 192, 160, 128];

const WHOLE = "1.0 MobileNet-224";
const CONVOLUTIONAL = "Conv MobileNet";
const NARROW = "0.75 MobileNet-224";
const SHALLOW = "Shallow MobileNet";

/** Measures the family, prints the table and the answer, and draws them if there is a file to draw to. */
export async function benchFamily(
  modules: Modules,
  conditions: string,
  duration: number,
  svgFile: string | undefined,
): Promise<void> {
  const members: Member[] = [];
  for (const alpha of ALPHAS) {
    for (const resolution of RESOLUTIONS) {
      const name = `${alpha === 1 ? "1.0" : alpha} MobileNet-${resolution}`;
      members.push({ alpha, ...(await measure(name, { alpha, resolution }, modules, duration)) });
    }
  }
  members.push(await measure(CONVOLUTIONAL, { variant: "convolutional" }, modules, duration));
  members.push(await measure(SHALLOW, { variant: "shallow" }, modules, duration));

  const rows = members.map(({ name, multAdds, milliseconds }) => [
    name,
    (multAdds / 1e6).toFixed(1),
    ...PRECISIONS.flatMap((precision) => [milliseconds[precision].toFixed(3), rate(multAdds, milliseconds[precision])]),
  ]);
  const head = ["network", "mult-adds, M", ...PRECISIONS.flatMap((precision) => [`${precision}, ms`, "GMAC/s"])];
  console.log(table([head, ...rows], [false, true, true, true, true, true]));
  const answers = [
    compare(members, CONVOLUTIONAL, WHOLE),
    compare(members, NARROW, SHALLOW),
    compare(members, WHOLE, "0.25 MobileNet-128"),
  ];
  console.log(answers.join("\n"));
  if (svgFile !== undefined) await writeFile(svgFile, drawFamily(members, conditions, answers));
}

async function measure(name: string, options: MobileNetOptions, modules: Modules, duration: number): Promise<Member> {
  const graph = mobileNetV1(options);
  const float32 = await timeOf(await createRunnable(graph, modules), duration);
  const int8 = await timeOf(await createRunnable(quantized(graph), modules), duration);
  return { name, multAdds: multAddsOf(graph), milliseconds: { float32, int8 } };
}

/** How many times the mult-adds and the time of another network a network takes. */
function compare(members: readonly Member[], name: string, other: string): string {
  const [a, b] = [name, other].map((each) => members.find((member) => member.name === each)!) as [Member, Member];
  const multAdds = (a.multAdds / b.multAdds).toFixed(2);
  const times = PRECISIONS.map((precision) => {
    return `${(a.milliseconds[precision] / b.milliseconds[precision]).toFixed(2)} times the time in ${precision}`;
  });
  return `${name} to ${other}: ${multAdds} times the mult-adds, ${times.join(", ")}`;
}
