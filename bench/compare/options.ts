/** The command line of npm run bench:compare. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { parseCount, UsageError } from "../../src/cli/command.js";
import type { Precision } from "./engines/engine.js";
import { ENGINE_NAMES, type EngineName } from "./engines/index.js";
import { NETWORKS, WORKS, type NetworkName, type Work } from "./models/works.js";

/** Parts of the comparison: the steady state, what a new process takes, what a page downloads. */
const PARTS = ["speed", "start", "download"] as const;
type Part = (typeof PARTS)[number];

const PRECISIONS: readonly Precision[] = ["float32", "int8", "uint8"];

export const HELP = `npm run bench:compare -- [options]: mobilenet-simd and its rivals on the same work

  --node PATH      a Node to measure on; repeat it for several (default: this one)
  --engines LIST   of ${ENGINE_NAMES.join(", ")}
  --wide           adds ours-wide, the build for V8's revectoriser
  --only LIST      only these networks (${NETWORKS.join(", ")}), precisions (${PRECISIONS.join(", ")})
                   and parts (${PARTS.join(", ")})
  --threads LIST   (default: 1,2)
  --rounds COUNT   rounds in the steady state (default: 9, quick: 3)
  --starts COUNT   new processes of each engine (default: 7, quick: 3)
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
  readonly works: readonly Work[];
  readonly parts: readonly Part[];
  readonly threads: readonly number[];
  readonly rounds: number;
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
  checkWords("--engines", engines, ENGINE_NAMES);
  return {
    nodes: (values.node ?? [process.execPath]).map(findNode),
    engines: ENGINE_NAMES.filter((name) =>
      name === "ours-wide" && values.wide ? true : engines.length ? engines.includes(name) : name !== "ours-wide",
    ),
    works: WORKS.filter(({ network, precision }) => networks.includes(network) && precisions.includes(precision)),
    parts: chosen(PARTS, only),
    threads: split(values.threads).map((count) => parseCount("--threads", count)),
    rounds: parseCount("--rounds", values.rounds ?? (quick ? "3" : "9")),
    starts: parseCount("--starts", values.starts ?? (quick ? "3" : "7")),
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
        rounds: { type: "string" },
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
