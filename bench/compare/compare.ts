/** The comparison from its options to its reports. */
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
import { formatThreads } from "./report/format.js";
import { describeDownloads, describeHeader, describeNode } from "./report/tables.js";
import { describeRun, type NodeResults, type Results } from "./results.js";

/** What a new process takes is measured where little else takes time, and where memory counts. */
const START_WORKS: ReadonlySet<string> = new Set(["0.25/128 float32", "0.25/128 uint8", "1.0/224 float32"]);

/** Measures, prints tables, and writes what else was asked for. Returns whether all engines did what they claim to do. */
export async function compare(options: Options): Promise<boolean> {
  const { engines, parts, json, svg } = options;
  const run = await describeRun(engines);
  process.stdout.write(describeHeader(run));
  const works = await prepareWorks(options.works);
  const nodes: NodeResults[] = [];
  for (const { path, version } of options.nodes) {
    const results = { node: version, rows: await measureNode(path, works, options) };
    nodes.push(results);
    process.stdout.write(describeNode(results, engines));
  }
  const downloads = parts.includes("download") ? await measureDownloads(engines) : [];
  process.stdout.write(describeDownloads(downloads, engines));
  const results: Results = { ...run, nodes, downloads };
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
  for (const prepared of parts.includes("speed") ? works : []) {
    for (const count of threads) {
      showProgress(`${describeWork(prepared.work)}, ${formatThreads(count)}`);
      rows.push(await measureSpeed(node, prepared, count, engines, rounds));
    }
  }
  for (const prepared of parts.includes("start") ? works : []) {
    if (!START_WORKS.has(describeWork(prepared.work))) continue;
    showProgress(`${describeWork(prepared.work)}, new processes`);
    rows.push(...(await measureStart(node, prepared, engines, starts)));
  }
  showProgress("");
  return rows;
}

/** What is being measured, on a line of its own that goes away again. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
