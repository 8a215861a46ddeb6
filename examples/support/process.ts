/** What the workerd process that Miniflare started takes, seen from outside: a Worker's own clock stands still. Linux. */
import { readdirSync, readFileSync } from "node:fs";

/** The workerd processes below this one. */
export function workerdProcesses(): readonly number[] {
  const below = (parent: number): number[] =>
    childrenOf(parent).flatMap((pid) => (nameOf(pid) === "workerd" ? [pid] : below(pid)));
  return below(process.pid);
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

/** Bytes of memory that a process has now, and had at most. */
export function memoryOf(pid: number): { readonly resident: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)![1]) * 1024;
  return { resident: field("VmRSS"), peak: field("VmHWM") };
}

/** Milliseconds that the threads of a process have computed for. */
export function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6;
}
