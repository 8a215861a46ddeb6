/**
 * Attempts mutants from a round on until the time is over: `child.js seed round end [last]`.
 *
 * After each mutant a canary network must give the bytes that it gave at first.
 */
import { writeSync } from "node:fs";
import { loadModel } from "mobilenet-simd";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { attempt, bytesOf } from "./attempt.js";
import { mutantsOf } from "./mutants.js";
import type { Report } from "./report.js";

const [seed, first, end] = process.argv.slice(2, 5).map(Number) as [number, number, number];
const last = process.argv[5] ? Number(process.argv[5]) : undefined;

const canary = await loadModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }));
const input = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.sin(i));
const output = bytesOf(canary.run(input));

for (let round = first; last === undefined ? Date.now() < end : round <= last; ++round) {
  let index = -1;
  for (const mutant of mutantsOf(seed, round)) {
    write({ round, index: ++index });
    try {
      const outcome = await attempt(mutant);
      if (!output.equals(bytesOf(canary.run(input)))) throw new Error("the canary's output changed");
      write({ kind: mutant.kind, outcome });
    } catch (error) {
      write({ failure: error instanceof Error ? `${error.stack}` : String(error) });
    }
  }
}
write({ done: true });

/** At once: the process may not live long enough to write later. */
function write(report: Report): void {
  writeSync(1, `${JSON.stringify(report)}\n`);
}
