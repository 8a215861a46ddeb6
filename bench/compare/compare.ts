/** The comparison from its options to its reports. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureCompiled, type CompiledStart } from "./measure/compiled.js";
import { measureDownloads } from "./measure/download.js";
import type { Host } from "./measure/begin.js";
import { failed } from "./measure/outcome.js";
import type { Row } from "./measure/rows.js";
import { measureSpeed } from "./measure/speed.js";
import { measureStart } from "./measure/start.js";
import { prepareWork, type PreparedWork } from "./models/prepare.js";
import { describeWork } from "./models/works.js";
import type { Options } from "./options.js";
import { drawChart } from "./report/chart.js";
import { formatThreads } from "./report/format.js";
import { describeDownloads, describeHeader, describeNode } from "./report/tables.js";
import { describeRun, type NodeResults, type Results } from "./results.js";

/** What a new process takes is measured where little else takes time, and where memory counts. */
const START_WORKS: ReadonlySet<string> = new Set(["0.25/128 float32", "0.25/128 uint8", "1.0/224 float32"]);

/** Measures, prints tables, and writes what else was asked for. Returns whether all engines did what they claim to do. */
export async function compare(options: Options): Promise<boolean> {
  const { engines, against, parts, json, svg } = options;
  const run = await describeRun(engines, against);
  process.stdout.write(describeHeader(run));
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-compare-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130)); // by default there is no "exit" then
  const works = await prepareWorks(options, folder);
  const nodes: NodeResults[] = [];
  for (const { path, version } of options.nodes) {
    const host = { node: path, against };
    const rows = await measureNode(host, works, options);
    const results = { node: version, rows, compiled: await measureCompiledStarts(host, works, folder, options) };
    nodes.push(results);
    process.stdout.write(describeNode(results, engines));
  }
  const pages = engines.filter((engine) => engine !== "before");
  const downloads = parts.includes("download") ? await measureDownloads(pages) : [];
  process.stdout.write(describeDownloads(downloads, pages));
  const results: Results = { ...run, nodes, downloads };
  if (json) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (svg) writeFileSync(svg, drawChart(results));
  const outcomes = nodes.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row.outcomes)));
  return outcomes.every((outcome) => !failed(outcome) || outcome.failure === "unsupported");
}

/** Writes the networks to a folder. */
async function prepareWorks({ works, engines }: Options, folder: string): Promise<PreparedWork[]> {
  const prepared: PreparedWork[] = [];
  for (const work of works) {
    const result = await prepareWork(work, engines, folder);
    if (result) prepared.push(result);
    else process.stdout.write(`${describeWork(work)} is skipped: its published model is not in ../shared/models\n`);
  }
  return prepared;
}

async function measureNode(host: Host, works: readonly PreparedWork[], options: Options): Promise<Row[]> {
  const { engines, parts, threads, starts } = options;
  const rows: Row[] = [];
  for (const prepared of parts.includes("speed") ? works : []) {
    for (const count of threads) {
      showProgress(`${describeWork(prepared.work)}, ${formatThreads(count)}`);
      rows.push(await measureSpeed(host, prepared, count, engines, options));
    }
  }
  for (const prepared of parts.includes("start") ? works : []) {
    if (!START_WORKS.has(describeWork(prepared.work))) continue;
    showProgress(`${describeWork(prepared.work)}, new processes`);
    rows.push(...(await measureStart(host, prepared, engines, starts)));
  }
  showProgress("");
  return rows;
}

async function measureCompiledStarts(
  host: Host,
  works: readonly PreparedWork[],
  folder: string,
  { parts, starts }: Options,
): Promise<CompiledStart[]> {
  const measured: CompiledStart[] = [];
  for (const prepared of parts.includes("compiled") ? works : []) {
    if (!START_WORKS.has(describeWork(prepared.work))) continue;
    showProgress(`${describeWork(prepared.work)}, new processes with compiled models`);
    const compiled = join(folder, "compiled");
    mkdirSync(compiled, { recursive: true });
    measured.push(await measureCompiled(host, prepared, compiled, starts));
  }
  showProgress("");
  return measured;
}

/** What is being measured, on a line of its own that goes away again. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
