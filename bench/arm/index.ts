/**
 * npm run bench:arm: the inner loops of the convolutions in V8's ARM64 code, and how many multiply-accumulates per cycle
 * llvm-mca expects of them. A model, not a measurement: all data are in the first-level cache.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../../src/cli/command.js";
import { sectionsOf } from "../../src/compiler/emit/parse.js";
import { installNode, missingPackages } from "./emulator.js";
import { compileForArm, innerLoops, spills, type MachineFunction } from "./machinecode.js";
import { assembly, CORES, cycles, missingLlvm, multiplyAccumulates } from "./throughput.js";

/** A binary: what it is for, its source and target for asc, and the file of the build. */
interface Part {
  readonly title: string;
  readonly source: string;
  readonly target: string;
  readonly file: string;
  /** The functions with the loops, and the multiplying instruction that tells a loop from its neighbours. */
  readonly loops: readonly Loop[];
}

interface Loop {
  readonly title: string;
  /** The function, or one that is inlined in it. */
  readonly name: RegExp;
  readonly multiplies: RegExp;
  readonly type: "float32" | "int8";
  /** Floors of multiply-accumulates per cycle, by core. */
  readonly floors?: readonly number[];
}

const POINTWISE: Loop = {
  title: "pointwise float32",
  name: /\/f32_pointwise$/,
  multiplies: /^\s*fm(?:la|ul)\s/,
  type: "float32",
};
const DEPTHWISE: Loop = { ...POINTWISE, title: "depthwise float32, stride 1", name: /f32\/depthwise\/row3x3s1$/ };
const DEPTHWISE_2: Loop = { ...DEPTHWISE, title: "depthwise float32, stride 2", name: /f32\/depthwise\/row3x3s2$/ };
const WIDENING: Loop = {
  title: "pointwise int8 without sdot",
  name: /\/q8_pointwiseDot$/,
  multiplies: /^\s*smlal2?\s+v\d+\.8h/,
  type: "int8",
  floors: [7.5, 15],
};
const BYTES: Loop = {
  title: "depthwise int8, stride 1",
  name: /\/depthwise\/row3x3s1$/,
  multiplies: /^\s*sm(?:lal|ull)2?\s+v\d+\.4s/,
  type: "int8",
};
const BYTES_2: Loop = { ...BYTES, title: "depthwise int8, stride 2", name: /\/depthwise\/row3x3s2$/ };

const PARTS: readonly Part[] = [
  {
    title: "ARM64, relaxed SIMD",
    source: "arm",
    target: "arm-relaxed-part",
    file: "arm.relaxed.wasm",
    loops: [
      { ...WIDENING, title: "pointwise int8, sdot", multiplies: /^\s*sdot\s/, floors: [20, 33] },
      WIDENING,
      { ...POINTWISE, floors: [6, 12] },
      { ...BYTES, name: /arm\/depthwise\/row3x3s1$/, floors: [2.7] },
      { ...BYTES_2, name: /arm\/depthwise\/row3x3s2$/ },
      { ...DEPTHWISE, floors: [4.3] },
      DEPTHWISE_2,
    ],
  },
  {
    title: "ARM64, SIMD",
    source: "arm",
    target: "arm-part",
    file: "arm.wasm",
    loops: [WIDENING, POINTWISE, BYTES, BYTES_2, DEPTHWISE, DEPTHWISE_2],
  },
  {
    title: "all processors, relaxed SIMD",
    source: "relaxed",
    target: "relaxed-part",
    file: "relaxed.wasm",
    loops: [{ ...WIDENING, title: "pointwise int8, sdot", multiplies: /^\s*sdot\s/, floors: [] }, POINTWISE],
  },
  {
    title: "all processors, SIMD",
    source: "simd",
    target: "simd",
    file: "kernels.simd.wasm",
    loops: [
      { ...BYTES, title: "pointwise int8, pairs", name: /\/q8_pointwise$/ },
      POINTWISE,
      { ...BYTES, name: /q8\/depthwise\/lowRow3x3s1$/ },
      { ...BYTES_2, name: /q8\/depthwise\/lowRow3x3s2$/ },
      DEPTHWISE,
      DEPTHWISE_2,
    ],
  },
];

/** The functions of a part, with names: asc compiles it again, to the same code. */
function functionsOf({ source, target, file }: Part): MachineFunction[] {
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  try {
    const named = join(folder, "named.wasm");
    const asc = join("node_modules", "assemblyscript/bin/asc.js");
    const args = [asc, `assembly/builds/${source}.ts`, "--target", target, "--debug", "--outFile", named];
    execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    if (!code(named).equals(code(`build/${file}`))) throw new Error(`build/${file} is not of these sources: build it`);
    return compileForArm(named);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The code section of a binary. */
function code(file: string): Buffer {
  return Buffer.from(sectionsOf(readFileSync(file)).find(({ id }) => id === 10)!.body);
}

/** The rates of the loop with the most products of its kind; V8 unrolls some loops. */
function rowOf(functions: readonly MachineFunction[], { title, name, multiplies, type, floors }: Loop) {
  const loops = functions
    .filter((each) => name.test(each.name))
    .flatMap(innerLoops)
    .map((loop) => ({ loop, lines: assembly(loop) }))
    .filter(({ lines }) => lines.some((line) => multiplies.test(line)));
  if (!loops.length) throw new Error(`${title}: no loop in ${functions.map((each) => each.name).join(", ")}`);
  const macs = ({ lines }: (typeof loops)[number]) => multiplyAccumulates(lines, type);
  const best = loops.reduce((most, each) => (macs(each) > macs(most) ? each : most));
  const cells = CORES.map((core, i) => {
    const rate = macs(best) / cycles(best.lines, core);
    const floor = floors?.[i];
    if (floor !== undefined && rate < floor) below.push(`${title} on ${core.name}: ${rate.toFixed(1)} < ${floor}`);
    return `${rate.toFixed(1)} of ${core.peak[type]}`;
  });
  return [title, ...cells, String(best.lines.length), String(macs(best)), String(spills(best.loop))];
}

const below: string[] = [];
const missing = [...missingPackages(), ...[missingLlvm() ?? []].flat()];
if (missing.length) {
  console.error(`bench:arm needs Debian's ${missing.join(", ")}: apt-get install ${missing.join(" ")}`);
  process.exit(1);
}
installNode();
console.log("Multiply-accumulates per cycle by llvm-mca, of the peak; modelled, not timed.");
for (const part of PARTS) {
  const functions = functionsOf(part);
  const rows = part.loops.map((loop) => rowOf(functions, loop));
  const head = [part.title, ...CORES.map(({ name }) => name), "instructions", "products", "spills"];
  process.stdout.write(
    `\n${table(
      [head, ...rows],
      head.map((_, column) => column > 0),
    )}`,
  );
}
if (below.length) {
  console.error(`\nbelow the floor: ${below.join("; ")}`);
  process.exitCode = 1;
}
