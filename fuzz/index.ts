/**
 * Fuzzes loadModel() and run(): `npm run fuzz -- [--minutes 2] [--seed N] [--round N] [--out folder]`.
 *
 * A child process attempts mutants of valid models in rounds; all of a round follows from the seed and the round's number.
 * This process watches it: a mutant that fails, ends the child or takes five minutes is made again, saved and counted, and
 * the next child goes on with the next round. `--round` repeats one round. The exit code is 1 if any mutant failed.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { mutantsOf, type Mutant } from "./mutants.js";
import type { Report } from "./report.js";

/** The child has a small heap, so that a mutant that takes memory out of proportion ends it. */
const FLAGS = ["--max-old-space-size=300", "--expose-gc"];

/** Node 20 has relaxed SIMD behind a flag, which later ones do not know. */
if (process.versions.node.startsWith("20.")) FLAGS.push("--experimental-wasm-relaxed-simd");

/** A mutant that takes so long, in ms, will never end, even on a machine with much else to do. */
const MOST_SILENCE = 300_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    round: { type: "string" },
    out: { type: "string", default: "build/fuzz" },
  },
});
const seed = Number(values.seed);
const end = Date.now() + Number(values.minutes) * 60_000;
const only = values.round === undefined ? undefined : Number(values.round);
if (!Number.isInteger(seed) || !(end > 0) || Number.isNaN(only))
  throw new Error("--seed, --minutes and --round must be numbers");

const counts: Record<string, number> = {};
let [mutants, failures] = [0, 0];

console.log(
  `seed ${seed}, ${only === undefined ? `${values.minutes} minutes` : `round ${only}`}, Node ${process.versions.node}`,
);
for (let round = only ?? 0; only === undefined ? Date.now() < end : round === only; ++round) round = await watch(round);
console.table(Object.fromEntries(Object.entries(counts).toSorted()));
console.log(`${mutants} mutants, ${failures} failures, seed ${seed}`);
process.exitCode = failures ? 1 : 0;

/** Runs a child from a round on. Returns the last round that it began. */
async function watch(first: number): Promise<number> {
  const script = join(import.meta.dirname, "child.js");
  const last = only === undefined ? "" : String(only);
  const child = spawn(process.execPath, [...FLAGS, script, String(seed), String(first), String(end), last], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  let [round, index, isDone] = [first, -1, false];
  const errors: string[] = [];
  child.stderr.on("data", (text: Buffer) => errors.push(String(text)) > 20 && errors.shift());
  let watchdog: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill("SIGKILL"), MOST_SILENCE);
  };
  wait();
  for await (const line of createInterface(child.stdout)) {
    wait();
    const report = JSON.parse(line) as Report;
    if ("done" in report) isDone = true;
    else if ("outcome" in report) count(report.kind, report.outcome);
    else if ("failure" in report) fail(round, index, report.failure);
    else ({ round, index } = report);
  }
  await closed;
  clearTimeout(watchdog);
  if (!isDone)
    fail(round, index, `the process ended: ${child.signalCode ?? child.exitCode}\n${errors.join("").slice(0, 2000)}`);
  return round;
}

function count(kind: string, outcome: string): void {
  ++mutants;
  const key = `${kind}: ${outcome}`;
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Makes a mutant again and saves it with its error. */
function fail(round: number, index: number, error: string): void {
  ++failures;
  const mutant = [...mutantsOf(seed, round)][index];
  count(mutant?.kind ?? "none", "FAILED");
  const name = join(values.out, `${seed}-${round}-${index}`); // --seed, --round and which mutant of it
  console.error(`${name} (${mutant?.kind}): ${error}`);
  if (mutant) save(name, mutant);
}

/** Writes a file, or a folder of files. */
function save(name: string, { kind, model }: Mutant): void {
  mkdirSync(values.out, { recursive: true });
  const ending = kind === "wasm" || kind === "safetensors" ? kind : "tflite";
  if (model instanceof Uint8Array) return writeFileSync(`${name}.${ending}`, model);
  mkdirSync(name, { recursive: true });
  for (const [file, bytes] of Object.entries(model)) writeFileSync(join(name, file), new Uint8Array(bytes));
}
