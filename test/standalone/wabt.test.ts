/** An engine that is not JavaScript's, wabt's interpreter, agrees with the goldens byte for byte. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, describeCompiled, instantiatePlainly } from "../support/compiled.js";
import { temporaryFolder } from "../support/files.js";
import { expectGolden, goldenInputs, GOLDEN_MODELS, inputOf } from "../support/goldens.js";
import { HAVE_SHARED, sharedBytes } from "../support/shared.js";

const HAVE_WABT = ["wast2json", "spectest-interp"].every((tool) => spawnSync(tool, ["--version"]).status === 0);
if (!HAVE_WABT) console.warn("skipping the interpreter of wabt: apt-get install wabt");

const folder = temporaryFolder();

/** Bytes in a string of the text format. */
function escaped(bytes: Uint8Array): string {
  return bytes.reduce((text, byte) => `${text}\\${byte.toString(16).padStart(2, "0")}`, "");
}

/**
 * A script that registers a compiled model, has a second module write an input to its memory, runs it, and reads the
 * output through a third.
 */
function script(code: Uint8Array, input: readonly [number, Uint8Array], output: readonly [number, Uint8Array]): string {
  const reads = Array.from(output[1], (byte, i) => {
    return `(assert_return (invoke "byte" (i32.const ${output[0] + i})) (i32.const ${byte}))`;
  });
  return `(module $model binary "${escaped(code)}")
(register "model" $model)
(module (import "model" "memory" (memory 1)) (data (i32.const ${input[0]}) "${escaped(input[1])}"))
(assert_return (invoke $model "run") (i32.const 0))
(module
  (import "model" "memory" (memory 1))
  (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0))))
${reads.join("\n")}
`;
}

/** Runs a script; how many of its commands succeed, and of how many. */
function interpret(wast: string): string {
  const [source, json] = [join(folder(), "model.wast"), join(folder(), "model.json")];
  writeFileSync(source, wast);
  execFileSync("wast2json", ["--enable-all", source, "-o", json]);
  const { stdout } = spawnSync("spectest-interp", ["--enable-all", json], { encoding: "utf8", maxBuffer: 2 ** 28 });
  return stdout.trim().split("\n").at(-1)!;
}

describe.skipIf(!HAVE_WABT || !HAVE_SHARED)("wabt", () => {
  test.each(["mobilenet_v1_0.25_128_quant", "vww_96_int8", "vww_96_float"])("%s", async (name) => {
    const golden = GOLDEN_MODELS[name]!;
    const { code } = await compile(sharedBytes("models", `${name}.tflite`));
    const model = await instantiatePlainly(code);
    const input = goldenInputs().find(({ file }) => file)!;
    const elements = inputOf(input, golden, describeCompiled(code).inputs[0]!.shape[1]!);
    const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    new Uint8Array(model.memory.buffer).set(bytes, model.input(0));
    expect(model.run()).toBe(0);
    const output = new Uint8Array(model.memory.buffer, model.output(0), golden.bytes_per_row);
    expectGolden(name, input, output);
    const commands = 3 + 1 + output.length; // each module, run, each byte
    expect(interpret(script(code, [model.input(0), bytes], [model.output(0), output]))).toBe(
      `${commands}/${commands} tests passed.`,
    );
    const wrong = output.slice();
    wrong[0]! ^= 1;
    expect(interpret(script(code, [model.input(0), bytes], [model.output(0), wrong]))).toBe(
      `${commands - 1}/${commands} tests passed.`,
    );
  });
});
