/** The ARM64 code that V8 makes of a kernel binary, and its inner loops. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeOn } from "./emulator.js";

export interface Instruction {
  readonly address: number;
  /** The 32-bit word in hexadecimal digits. */
  readonly word: string;
  /** V8's disassembly. */
  readonly text: string;
}

export interface MachineFunction {
  readonly name: string;
  readonly code: readonly Instruction[];
}

/** Compiles a binary with V8's optimising compiler and returns its functions, by the names in it. */
export function compileForArm(wasm: string): MachineFunction[] {
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  const script = join(folder, "compile.cjs");
  writeFileSync(script, 'new WebAssembly.Module(require("node:fs").readFileSync(process.argv[2]));\n');
  const flags = ["--no-liftoff", "--no-wasm-lazy-compilation", "--print-wasm-code"];
  const { program, args } = nodeOn("max", [...flags, script, wasm]);
  try {
    return functionsOf(execFileSync(program, args, { encoding: "latin1", maxBuffer: 2 ** 28 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function functionsOf(printed: string): MachineFunction[] {
  const parts = printed.split("--- WebAssembly code ---").slice(1);
  return parts
    .filter((part) => /^compiler: TurboFan$/m.test(part))
    .map((part) => ({
      name: /^name: (.*)$/m.exec(part)![1]!,
      code: [...part.matchAll(/^0x([0-9a-f]+) +[0-9a-f]+  ([0-9a-f]{8}) +(.*)$/gm)].map(([, address, word, text]) => ({
        address: Number.parseInt(address!, 16),
        word: word!,
        text: text!,
      })),
    }));
}

/** The loops of a function that have no loop in them: from the target of a branch backwards to the branch. */
export function innerLoops({ code }: MachineFunction): (readonly Instruction[])[] {
  const loops = code.flatMap(({ address, text }, end) => {
    const back = /^(?:b|b\.\w+|cbn?z|tbn?z) .*?#-0x([0-9a-f]+)/.exec(text);
    const start = back ? code.findIndex((each) => each.address === address - Number.parseInt(back[1]!, 16)) : -1;
    return start < 0 ? [] : [{ start, end }];
  });
  const contains = (outer: (typeof loops)[number], inner: (typeof loops)[number]) =>
    outer !== inner &&
    outer.start <= inner.start &&
    inner.end <= outer.end &&
    outer.end - outer.start > inner.end - inner.start;
  return loops
    .filter((outer) => !loops.some((inner) => contains(outer, inner)))
    .map(({ start, end }) => code.slice(start, end + 1));
}

/** The number of instructions that load from or store to the stack: spilled registers. */
export function spills(loop: readonly Instruction[]): number {
  return loop.filter(({ text }) => /\[(?:sp|fp)\b/.test(text)).length;
}
