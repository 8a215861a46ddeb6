/** How figures and versions read in tables and charts. */
import type { Run } from "../results.js";

/** Three digits. */
export function formatFigure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function formatThreads(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

export function formatVersions(versions: Run["versions"]): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}
