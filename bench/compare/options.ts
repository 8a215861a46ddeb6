/** The command line of npm run bench:compare. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseCount, UsageError } from "../../src/cli/command.js";
import type { Precision } from "./engines/engine.js";
import { ENGINE_NAMES, type EngineName } from "./engines/index.js";
import { entryOf } from "./engines/ours.js";
import { BATCH } from "./measure/speed.js";
import { NETWORKS, WORKS, type NetworkName, type Work } from "./models/works.js";

/** Parts of the comparison: the steady state, new processes, new processes with compiled models, downloads of pages. */
const PARTS = ["speed", "start", "compiled", "download"] as const;
type Part = (typeof PARTS)[number];

const PRECISIONS: readonly Precision[] = ["float32", "int8", "uint8"];

/** Engines that --engines takes; --against brings the other one. */
const CHOICES = ENGINE_NAMES.filter((name) => name !== "before");

export const HELP = `npm run bench:compare -- [options]: mobilenet-simd and its rivals on the same work

  --node PATH      a Node to measure on; repeat it for several (default: this one)
  --engines LIST   of ${CHOICES.join(", ")}
  --wide           adds ours-wide, the build for V8's revectoriser
  --against DIR    adds before: another checkout of this repository, already built
  --only LIST      only these networks (${NETWORKS.join(", ")}), precisions (${PRECISIONS.join(", ")})
                   and parts (${PARTS.join(", ")})
  --threads LIST   (default: 1,2)
  --seconds S      how long each engine runs in the steady state (default: 1.5, quick: 0.5)
  --launches COUNT processes of each engine in the steady state, one after another, each that long (default: 1)
  --starts COUNT   new processes of each engine (default: 15, quick: 3)
  --quick          the smallest network, few rounds
  --json FILE      writes all figures
  --svg FILE       writes a chart
  --help

LIST has commas between its words. Exit codes: 0 done, 1 an engine broke or computed something else, 2 wrong arguments.
`;

/** A Node to measure on. */
export interface NodeBinary {
  readonly path: string;
  /** As process.version has it. */
  readonly version: string;
}

export interface Options {
  readonly nodes: readonly NodeBinary[];
  readonly engines: readonly EngineName[];
  /** The folder of another checkout. */
  readonly against: string | undefined;
  readonly works: readonly Work[];
  readonly parts: readonly Part[];
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly launches: number;
  readonly starts: number;
  readonly json: string | undefined;
  readonly svg: string | undefined;
}

/** Returns undefined if it is help that is wanted. Throws UsageError. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = parseValues(args);
  if (values.help) return undefined;
  const quick = values.quick ?? false;
  const only = split(values.only);
  checkWords("--only", only, [...NETWORKS, ...PRECISIONS, ...PARTS]);
  const networks = chosen<NetworkName>(quick ? ["0.25/128"] : NETWORKS, only);
  const precisions = chosen(PRECISIONS, only);
  const engines = split(values.engines);
  checkWords("--engines", engines, CHOICES);
  return {
    nodes: (values.node ?? [process.execPath]).map(findNode),
    engines: ENGINE_NAMES.filter((name) => {
      if (name === "before") return values.against !== undefined;
      if (name === "ours-wide" && values.wide) return true;
      return engines.length ? engines.includes(name) : name !== "ours-wide";
    }),
    against: values.against === undefined ? undefined : findCheckout(values.against),
    works: WORKS.filter(({ network, precision }) => networks.includes(network) && precisions.includes(precision)),
    parts: chosen(PARTS, only),
    threads: split(values.threads).map((count) => parseCount("--threads", count)),
    rounds: parseRounds(values.seconds ?? (quick ? "0.5" : "1.5")),
    launches: parseCount("--launches", values.launches),
    starts: parseCount("--starts", values.starts ?? (quick ? "3" : "15")),
    json: values.json,
    svg: values.svg,
  };
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        node: { type: "string", multiple: true },
        engines: { type: "string" },
        wide: { type: "boolean" },
        only: { type: "string" },
        threads: { type: "string", default: "1,2" },
        against: { type: "string" },
        seconds: { type: "string" },
        launches: { type: "string", default: "1" },
        starts: { type: "string" },
        quick: { type: "boolean" },
        json: { type: "string" },
        svg: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function findNode(path: string): NodeBinary {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const version = stdout?.trim() ?? "";
  if (!/^v\d+\./.test(version)) throw new UsageError(`--node expected the path of a Node, got ${path}`);
  return { path, version };
}

/** A checkout's folder with a built package. Throws UsageError. */
function findCheckout(path: string): string {
  const folder = resolve(path);
  if (!existsSync(entryOf(folder))) {
    throw new UsageError(`--against expected a checkout with a built package, got ${path}`);
  }
  return folder;
}

/** Rounds that fill the seconds. Throws UsageError. */
function parseRounds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3600)) {
    throw new UsageError(`--seconds expected a number above 0 and up to 3600, got ${text}`);
  }
  return Math.ceil((1000 * seconds) / BATCH.milliseconds);
}

function split(list: string | undefined): string[] {
  return list?.split(",") ?? [];
}

function checkWords(option: string, words: readonly string[], known: readonly string[]): void {
  for (const word of words)
    if (!known.includes(word)) throw new UsageError(`${option} expected some of ${known.join(", ")}, got ${word}`);
}

/** Those of a kind that the words name, or all if they name none. */
function chosen<T extends string>(kind: readonly T[], words: readonly string[]): readonly T[] {
  const named = kind.filter((name) => words.includes(name));
  return named.length ? named : kind;
}
