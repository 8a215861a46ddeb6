/** All that a comparison finds out, as --json writes it. */
import { cpus } from "node:os";
import { readFileSync } from "node:fs";
import { ENGINES, type EngineName } from "./engines/index.js";
import { COMPARE, ROOT } from "./folders.js";
import type { Row } from "./measure/rows.js";

/** When and on what the figures were measured. */
export interface Run {
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number };
  /** Of each engine's package. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface NodeResults {
  /** As process.version has it. */
  readonly node: string;
  readonly rows: readonly Row[];
}

export interface Results extends Run {
  readonly nodes: readonly NodeResults[];
  /** What pages download: no matter of Node. */
  readonly downloads: readonly Row[];
}

export async function describeRun(engines: readonly EngineName[]): Promise<Run> {
  const versions = await Promise.all(engines.map(async (name) => [name, await versionOf(name)]));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0]!.model, cores: cpus().length },
    versions: Object.fromEntries(versions) as Run["versions"],
  };
}

async function versionOf(name: EngineName): Promise<string> {
  const { package: rival } = await ENGINES[name]();
  const file = rival ? new URL(`node_modules/${rival}/package.json`, COMPARE) : new URL("package.json", ROOT);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
