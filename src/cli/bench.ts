/** mobilenet-simd bench: a short table of what this machine does, to compare machines with. */
import { availableParallelism, cpus } from "node:os";
import { basename } from "node:path";
import { loadModel } from "../index.js";
import { parse, parseCount, table, UsageError, type Command } from "./command.js";
import { print, printable } from "./terminal.js";
import { FAMILY, timeNetworks, type Timing } from "./timing.js";

const command: Command = {
  summary: "times MobileNet on this machine",
  help: `Usage: mobilenet-simd bench [options]

Times MobileNet V1 of three sizes (1.0/224, 0.5/160, 0.25/128; seeded weights, float32 and int8) on one thread and on all
that the package takes by itself, up to four, and prints a table to paste into an issue. Takes about 20 seconds. Close
other programs first, and use mains power.

  --model FILE   times this model instead
  --time MS      how long to measure each network, after a quarter as long to warm up; default: 1000
  --json         everything as one JSON object
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      model: { type: "string" },
      time: { type: "string", default: "1000" },
      json: { type: "boolean", default: false },
    });
    if (positionals.length) throw new UsageError(`expected options only, got ${positionals[0]}`);
    const time = parseCount("--time", values.time);
    const { model } = values;
    const subjects = model === undefined ? FAMILY : [{ name: printable(basename(model)), model: () => model }];
    const timings: Timing[] = [];
    for await (const timing of timeNetworks(loadModel, subjects, time)) timings.push(timing);
    const bench = { ...(await describeMachine()), timings };
    print(values.json ? `${JSON.stringify(bench, null, 2)}\n` : report(bench));
    return 0;
  },
};

export default command;

interface Machine {
  /** Of mobilenet-simd. */
  readonly version: string;
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  /** Name and version: "Node 24.21.0". */
  readonly runtime: string;
  /** Operating system and instruction set: "linux x64". */
  readonly platform: string;
  /** Absent where the system does not tell. */
  readonly processor?: string;
  readonly processors: number;
}

async function describeMachine(): Promise<Machine> {
  const { default: meta } = await import("../../package.json", { with: { type: "json" } });
  const processor = cpus()[0]?.model.trim();
  return {
    version: meta.version,
    date: new Date().toISOString().slice(0, 10),
    runtime: runtimeName(),
    platform: `${process.platform} ${process.arch}`,
    ...(processor && processor !== "unknown" && { processor }),
    processors: availableParallelism(),
  };
}

/** Deno and Bun call themselves Node as well. */
function runtimeName(): string {
  const { bun, deno, node } = process.versions;
  if (bun) return `Bun ${bun}`;
  return deno ? `Deno ${deno}` : `Node ${node}`;
}

function report({ version, date, runtime, platform, processor, processors, timings }: Machine & BenchTimings): string {
  const machine = [runtime, platform, processor, processors === 1 ? "1 processor" : `${processors} processors`];
  const threads = [...new Set(timings.map((timing) => timing.threads))];
  const head = threads.flatMap((count) => [count === 1 ? "1 thread" : `${count} threads`, "median"]);
  const networks = [...new Set(timings.map(({ network }) => network))];
  const rows = networks.map((network) => [
    network,
    ...threads.flatMap((count) => {
      const timing = timings.find((each) => each.network === network && each.threads === count);
      return timing ? [digits(timing.min), digits(timing.median)] : ["", ""];
    }),
  ]);
  return `mobilenet-simd ${version}, ${date}
${machine.filter(Boolean).join(", ")}
${describeRuntime(timings)}

${table([["ms a run: minimum, median", ...head], ...rows], [false, ...head.map(() => true)])}`;
}

interface BenchTimings {
  readonly timings: readonly Timing[];
}

/** net.runtime of all networks in a line: the kernels and byte products in use, and why there are no threads. */
function describeRuntime(timings: readonly Timing[]): string {
  const kernels = new Set(timings.map((timing) => timing.kernels));
  const byteProducts = new Set(timings.map((timing) => timing.byteProducts).filter(Boolean));
  const reasons = new Set(timings.flatMap(({ reasons: each }) => Object.values(each ?? {})));
  const parts = [`kernels ${[...kernels].join(", ")}`, `byte products ${[...byteProducts].join(", ") || "none"}`];
  return [...parts, ...reasons].join("; ");
}

/** Three significant digits, but no fewer before the point. */
function digits(milliseconds: number): string {
  return milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toPrecision(3);
}
