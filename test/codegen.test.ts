/** What the compiler made of the kernels: the instructions that the speed hangs on, counted. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Build } from "../src/runtime/features.js";
import { kernelBytes } from "./support/modules.js";

const builds: readonly Build[] = ["simd", "relaxed"];

function textOf(build: Build): string {
  return readFileSync(new URL(`../build/kernels.${build}.wat`, import.meta.url), "utf8");
}

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

describe.each(builds)("%s", (build) => {
  const wat = textOf(build);

  test("is small, imports a memory and nothing else, and has no data", () => {
    expect(kernelBytes(build).length).toBeLessThan(65536);
    const module = new WebAssembly.Module(kernelBytes("simd"));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(wat).not.toMatch(/\(data |\(global /);
  });

  test("calls nothing in a loop that computes", () => {
    const functions = wat.split("\n (func ").slice(1);
    const computing = functions.flatMap(innermostLoops).filter((loop) => /[fi](32x4|16x8)\.(add|mul|dot)/.test(loop));
    expect(computing.length).toBeGreaterThan(10);
    for (const loop of computing) expect(loop).not.toMatch(/\bcall\b/);
  });

  test("has the pointwise tile as designed: 4 pixels × 8 channels, addresses folded into the loads", () => {
    const f32 = innermostLoops(functionText(wat, "f32_pointwise"));
    const tile = f32.find((loop) => count(loop, "v128.load32_splat") === 4)!;
    expect(count(tile, build === "relaxed" ? "f32x4.relaxed_madd" : "f32x4.mul")).toBe(8);
    expect(count(tile, "v128.load")).toBe(2);
    expect(tile).toMatch(/v128\.load32_splat offset=96/);
    const int8 = innermostLoops(functionText(wat, "int8_pointwise"));
    const pairs = int8.find((loop) => count(loop, "v128.load32_splat") === 4)!;
    expect(count(pairs, "i32x4.dot_i16x8_s")).toBe(8);
    expect(count(pairs, "v128.load")).toBe(2);
  });

  test("clamps with pmin and pmax, not with min and max", () => {
    expect(count(wat, "f32x4.min")).toBe(0);
    expect(count(wat, "f32x4.pmin")).toBeGreaterThan(10);
  });

  test(`uses relaxed instructions ${build === "relaxed" ? "here" : "nowhere"}`, () => {
    const relaxed = count(wat, "f32x4.relaxed_madd");
    if (build === "relaxed") expect(relaxed).toBeGreaterThan(0);
    else expect(wat).not.toMatch(/relaxed/);
  });
});
