/** What the subcommands have in common. */
import { parseArgs, type ParseArgsConfig } from "node:util";

export interface Command {
  /** A line for the list of commands. */
  readonly summary: string;
  /** The whole help text. */
  readonly help: string;
  /** Runs it and returns the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Parses arguments strictly. Throws UsageError. */
export function parse<const O extends NonNullable<ParseArgsConfig["options"]>>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** A whole number from 1, of an option. Throws UsageError. */
export function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`${option} expected a whole number from 1, got ${text}`);
  return count;
}

/** Columns of text, each as wide as its widest cell; numbers, which is what `right` says, to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}
