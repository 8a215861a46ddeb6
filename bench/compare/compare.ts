/** The comparison from its options to its reports. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureDownloads } from "./measure/download.js";
import { failed } from "./measure/outcome.js";
import type { Row } from "./measure/rows.js";
import { measureSpeed } from "./measure/speed.js";
import { measureStart } from "./measure/start.js";
import { prepareWork, type PreparedWork } from "./models/prepare.js";
import { describeWork, type Work } from "./models/works.js";
import type { Options } from "./options.js";
import { drawChart } from "./report/chart.js";
import { describeDownloads, describeHeader, describeNode } from "./report/tables.js";
import { describeMachine, versionsOf, type NodeResults, type Results } from "./results.js";

/** What a new process takes is measured where little else takes time, and where memory counts. */
const START_WORKS: ReadonlySet<string> = new Set(["0.25/128 float32", "0.25/128 uint8", "1.0/224 float32"]);

/** Measures, prints tables, and writes what else was asked for. Returns whether all engines did what they claim to do. */
export async function compare(options: Options): Promise<boolean> {
  const { engines, parts, json, svg } = options;
  const context = { date: new Date().toISOString().slice(0, 10), machine: describeMachine() };
  const header = { ...context, versions: await versionsOf(engines) };
  process.stdout.write(describeHeader(header));
  const works = await prepareWorks(options.works);
  const nodes: NodeResults[] = [];
  for (const path of options.nodes) {
    const node = execFileSync(path, ["--version"], { encoding: "utf8" }).trim();
    const results = { node, rows: await measureNode(path, works, options) };
    nodes.push(results);
    process.stdout.write(describeNode(results, engines));
  }
  const downloads = parts.includes("download") ? await measureDownloads(engines) : [];
  process.stdout.write(describeDownloads(downloads, engines));
  const results: Results = { ...header, nodes, downloads };
  if (json) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (svg) writeFileSync(svg, drawChart(results));
  const outcomes = nodes.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row.outcomes)));
  return outcomes.every((outcome) => !failed(outcome) || outcome.failure === "unsupported");
}

/** Writes the networks to disk, for as long as this process runs. */
async function prepareWorks(works: readonly Work[]): Promise<PreparedWork[]> {
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-compare-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130)); // by default there is no "exit" then
  const prepared: PreparedWork[] = [];
  for (const work of works) {
    const result = await prepareWork(work, folder);
    if (result) prepared.push(result);
    else process.stdout.write(`${describeWork(work)} is skipped: its published model is not in ../shared/models\n`);
  }
  return prepared;
}

async function measureNode(node: string, works: readonly PreparedWork[], options: Options): Promise<Row[]> {
  const { engines, parts, threads, rounds, starts } = options;
  const rows: Row[] = [];
  for (const prepared of parts.includes("speed") ? works : [])
    for (const count of threads) rows.push(await measureSpeed(node, prepared, count, engines, rounds));
  for (const prepared of parts.includes("start") ? works : [])
    if (START_WORKS.has(describeWork(prepared.work)))
      rows.push(...(await measureStart(node, prepared, engines, starts)));
  return rows;
}
