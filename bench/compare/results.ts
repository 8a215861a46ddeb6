/** All that a comparison finds out, as --json writes it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ENGINES, type EngineName } from "./engines/index.js";
import { COMPARE, ROOT } from "./folders.js";
import type { CompiledStart } from "./measure/compiled.js";
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
  readonly compiled: readonly CompiledStart[];
}

export interface Results extends Run {
  readonly nodes: readonly NodeResults[];
  /** What pages download: no matter of Node. */
  readonly downloads: readonly Row[];
}

export async function describeRun(engines: readonly EngineName[], against: string | undefined): Promise<Run> {
  const versions = await Promise.all(engines.map(async (name) => [name, await versionOf(name, against)]));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: cpus()[0]!.model, cores: cpus().length },
    versions: Object.fromEntries(versions) as Run["versions"],
  };
}

async function versionOf(name: EngineName, against: string | undefined): Promise<string> {
  const { package: rival } = await ENGINES[name]();
  if (rival) return packageVersion(fileURLToPath(new URL(`node_modules/${rival}`, COMPARE)));
  const checkout = name === "before" && against !== undefined ? against : fileURLToPath(ROOT);
  const { stdout } = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: checkout, encoding: "utf8" });
  const commit = stdout?.trim(); // empty in a folder that is no clone
  return `${packageVersion(checkout)}${commit ? ` (${commit})` : ""}`;
}

function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}
