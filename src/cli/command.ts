/** What the subcommands have in common. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import type { LoadOptions } from "../index.js";

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

/** Options that say how a model runs, for parse(). */
export const LOAD_OPTIONS = {
  precision: { type: "string" },
  kernels: { type: "string" },
  threads: { type: "string" },
} as const;

/** The lines on them in a command's help. */
export const LOAD_HELP = `  --precision float32   runs a quantised model in float32
  --kernels NAME        which kernels to run: auto, simd, relaxed or wide; default: auto
  --threads N           a number, or auto for as many as there are processors, up to four; default: 1`;

/** The values of LOAD_OPTIONS for loadModel(). Throws UsageError. */
export function loadOptions({ precision, kernels, threads }: Partial<Record<keyof typeof LOAD_OPTIONS, string>>) {
  const options: LoadOptions = {
    ...(precision !== undefined && { precision: expectOneOf("--precision", precision, ["float32"]) }),
    ...(kernels !== undefined && { kernels: expectOneOf("--kernels", kernels, ["auto", "simd", "relaxed", "wide"]) }),
    ...(threads !== undefined && { threads: threads === "auto" ? threads : parseCount("--threads", threads) }),
  };
  return options;
}

/** A value among choices, of an option. Throws UsageError. */
export function expectOneOf<const T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === text);
  if (choice === undefined) throw new UsageError(`${option} expected ${choices.join(" or ")}, got ${text}`);
  return choice;
}

/** A number from 0 to 1, of an option. Throws UsageError. */
export function parseFraction(option: string, text: string): number {
  const fraction = Number(text);
  if (!(fraction >= 0 && fraction <= 1)) throw new UsageError(`${option} expected a number from 0 to 1, got ${text}`);
  return fraction;
}

/** A share of 1 with so many digits behind the point. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Columns of text, each as wide as its widest cell; numbers, which is what `right` says, to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join("  ");
  return rows.map((row) => `${line(row).trimEnd()}\n`).join("");
}
