/** The multiply-accumulates per cycle of a loop, modelled by llvm-mca. Nothing here is timed. */
import { execFileSync } from "node:child_process";
import { hasProgram } from "./emulator.js";
import type { Instruction } from "./machinecode.js";

/** A core that llvm-mca knows, and the instructions that its decoder takes in a cycle. */
export interface Core {
  readonly name: string;
  readonly width: number;
  /** Multiply-accumulates per cycle with all vector pipes busy. */
  readonly peak: { readonly float32: number; readonly int8: number };
}

/** Neoverse N1 is the core of Cortex-A76; V1, with four vector pipes, stands for Apple's M1 and Cortex-X1. */
export const CORES: readonly Core[] = [
  { name: "neoverse-n1", width: 4, peak: { float32: 8, int8: 32 } },
  { name: "neoverse-v1", width: 8, peak: { float32: 16, int8: 64 } },
];

/** Versions of LLVM whose models of these cores are their own: 14 takes N1 for a Cortex-A57. */
const VERSIONS = [22, 21, 20, 19];

const version = VERSIONS.find((each) => hasProgram(`llvm-mca-${each}`) && hasProgram(`llvm-mc-${each}`));

/** The Debian package that is missing, if one is. */
export function missingLlvm(): string | undefined {
  return version === undefined ? `llvm-${VERSIONS[0]}` : undefined;
}

/** The loop in LLVM's assembly. */
export function assembly(loop: readonly Instruction[]): string[] {
  const bytes = loop.map(({ word }) =>
    word
      .match(/../g)!
      .toReversed()
      .map((byte) => `0x${byte}`)
      .join(" "),
  );
  const args = ["--disassemble", "-triple=aarch64", "-mattr=+all"];
  const printed = execFileSync(`llvm-mc-${version}`, args, { input: bytes.join("\n"), encoding: "utf8" });
  return printed.split("\n").filter((line) => line.trim() && !/^\s*\./.test(line));
}

/** Multiply-accumulates of one pass through the loop; of int8 without the products that requantise. */
export function multiplyAccumulates(lines: readonly string[], type: "float32" | "int8"): number {
  const count = type === "float32" ? floatProducts : byteProducts;
  return lines.reduce((sum, line) => sum + count(line.trim()), 0);
}

function floatProducts(line: string): number {
  return /^(?:fmla|fmul)\s/.test(line) ? 4 : 0;
}

function byteProducts(line: string): number {
  if (line.startsWith("sdot")) return 16;
  // Their results are eight int16 or four int32.
  if (/^sm(?:ull|lal)2?\s/.test(line)) return /^\w+\s+v\d+\.8h/.test(line) ? 8 : 4;
  return 0;
}

const PASSES = 200;

/** Cycles of one pass: those of the model without branches, or those that the decoder needs with them. */
export function cycles(lines: readonly string[], { name, width }: Core): number {
  const body = lines.filter((line) => !/^\s*(?:b|b\.\w+|cbn?z|tbn?z)\s/.test(line));
  // The models' own width of dispatch is too low for N1; the decoder's limit stands for it.
  const args = ["-mtriple=aarch64", `-mcpu=${name}`, "-mattr=+dotprod", "-dispatch=8", `-iterations=${PASSES}`];
  const quiet = ["-instruction-info=0", "-resource-pressure=0"];
  const printed = execFileSync(`llvm-mca-${version}`, [...args, ...quiet], {
    input: body.join("\n"),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
  return Math.max(Number(/Total Cycles: +(\d+)/.exec(printed)![1]) / PASSES, lines.length / width);
}
