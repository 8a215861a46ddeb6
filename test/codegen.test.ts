/** What the compiler made of the kernels: the instructions that the speed hangs on, counted. */
import { describe, expect, test } from "vitest";
import { buildFile } from "./support/modules.js";

/** Each build by its text and its binary. */
const builds = [
  { build: "simd", text: "kernels.simd.wat", binary: "kernels.simd.wasm" },
  { build: "relaxed", text: "kernels.relaxed.wat", binary: "kernels.relaxed.wasm" },
  { build: "wide", text: "wide.wat", binary: "wide.wasm" },
] as const;

/** The text of an exported function. */
function functionText(wat: string, name: string): string {
  const [, internal] = new RegExp(`\\(export "${name}" \\(func ([^)]+)\\)\\)`).exec(wat)!;
  const start = wat.indexOf(`\n (func ${internal} `);
  return wat.slice(start, wat.indexOf("\n )", start));
}

/** The innermost loops of a function: those without a loop in them. */
function innermostLoops(text: string): string[] {
  const lines = text.split("\n");
  const indent = (line: string) => line.length - line.trimStart().length;
  const isLoop = (line: string) => /^\s*loop\b/.test(line);
  const starts = lines.flatMap((line, i) => (isLoop(line) ? [i] : []));
  const bodies = starts.map((start) => {
    const end = lines.findIndex((line, i) => i > start && indent(line) <= indent(lines[start]!));
    return lines.slice(start, end);
  });
  return bodies.filter((body) => !body.slice(1).some(isLoop)).map((body) => body.join("\n"));
}

function count(text: string, instruction: string): number {
  return text.split(new RegExp(`\\b${instruction.replace(".", "\\.")}\\b`)).length - 1;
}

/** The innermost loop of a kernel with so many inputs and vectors of weights. */
function tileOf(wat: string, name: string, inputs: number, weights: number): string {
  const loops = innermostLoops(functionText(wat, name));
  return loops.find((loop) => count(loop, "v128.load32_splat") === inputs && count(loop, "v128.load") === weights)!;
}

describe.each(builds)("$build", ({ build, text, binary }) => {
  const wat = new TextDecoder().decode(buildFile(text));

  test("is small, imports a memory and nothing else, and has no data", () => {
    expect(buildFile(binary).length).toBeLessThan(65536);
    const module = new WebAssembly.Module(buildFile("kernels.simd.wasm"));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(wat).not.toMatch(/\(data |\(global /);
  });

  test("calls nothing in a loop that computes", () => {
    const functions = wat.split("\n (func ").slice(1);
    const computing = functions.flatMap(innermostLoops).filter((loop) => /[fi](32x4|16x8)\.(add|mul|dot)/.test(loop));
    expect(computing.length).toBeGreaterThan(5);
    for (const loop of computing) expect(loop).not.toMatch(/\bcall\b/);
  });

  test("has the pointwise tile as designed: 4 pixels × 8 channels", () => {
    const tile = tileOf(wat, "f32_pointwise", 4, 2);
    expect(count(tile, build === "simd" ? "f32x4.mul" : "f32x4.relaxed_madd")).toBe(8);
    // JavaScriptCore makes three instructions of a load32_splat with an offset.
    if (build === "relaxed") expect(tile).not.toMatch(/v128\.load32_splat offset/);
    else expect(tile).toMatch(/v128\.load32_splat offset=96/);
    expect(count(tileOf(wat, "q8_pointwise", 4, 2), "i32x4.dot_i16x8_s")).toBe(8);
  });

  test.runIf(build === "wide")("has tiles of sixteen channels", () => {
    expect(count(tileOf(wat, "f32_pointwise", 6, 4), "f32x4.relaxed_madd")).toBe(24);
    expect(count(tileOf(wat, "q8_pointwise", 3, 4), "i32x4.dot_i16x8_s")).toBe(12);
  });

  test("clamps with pmin and pmax, not with min and max", () => {
    expect(count(wat, "f32x4.min")).toBe(0);
    expect(count(wat, "f32x4.pmin")).toBeGreaterThan(5);
  });

  test(`uses relaxed instructions ${build === "simd" ? "nowhere" : "here"}`, () => {
    const relaxed = count(wat, "f32x4.relaxed_madd");
    if (build === "simd") expect(wat).not.toMatch(/relaxed/);
    else expect(relaxed).toBeGreaterThan(0);
  });
});
