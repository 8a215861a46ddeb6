/** All that a comparison finds out, as --json writes it. */
import { cpus } from "node:os";
import { readFileSync } from "node:fs";
import { ENGINES, type EngineName } from "./engines/index.js";
import { COMPARE, ROOT } from "./folders.js";
import type { Row } from "./measure/rows.js";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
}

export interface NodeResults {
  /** As process.version has it. */
  readonly node: string;
  readonly rows: readonly Row[];
}

export interface Results {
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly nodes: readonly NodeResults[];
  /** What pages download: no matter of Node. */
  readonly downloads: readonly Row[];
}

export function describeMachine(): Machine {
  return { cpu: cpus()[0]!.model, cores: cpus().length };
}

/** The version of each engine's package. */
export async function versionsOf(engines: readonly EngineName[]): Promise<Record<string, string>> {
  const versionOf = async (name: EngineName) => {
    const { package: rival } = await ENGINES[name]();
    const file = rival ? new URL(`node_modules/${rival}/package.json`, COMPARE) : new URL("package.json", ROOT);
    return [name, (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version];
  };
  return Object.fromEntries(await Promise.all(engines.map(versionOf)));
}
