/**
 * ARM64 under qemu, in all tiers of V8, with dot products and without: random layers against the reference, and goldens.
 * Skips, and says so, where qemu or Node for ARM64 is missing.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNode, missingPackages, nodeOn } from "../../bench/arm/emulator.js";
import { expectGolden, goldenInputs, GOLDEN_MODELS, inputOf } from "../support/goldens.js";
import type { GoldenInput } from "../support/inputs.js";
import { describeShared, HAVE_SHARED, sharedPath } from "../support/shared.js";
import type { Summary } from "./layers.js";
import type { Case, Result } from "./programs/goldens.js";

/** `max` has dot products, Cortex-A57 has none. Without a flag, code tiers up while it runs. */
const MACHINES = (["max", "cortex-a57"] as const).flatMap((cpu) =>
  ["--liftoff-only", "--no-liftoff", "--wasm-dynamic-tiering"].map((tier) => ({ cpu, tier })),
);

/** Binaries on top of the base module, and the processors on which they run here. */
const PARTS = [
  ["none of ARM64's", ["relaxed.wasm"], ["max", "cortex-a57"]],
  ["ARM64's without relaxed SIMD", ["arm.wasm"], ["max"]],
  ["ARM64's", ["relaxed.wasm", "arm.relaxed.wasm"], ["max", "cortex-a57"]],
] as const;

/** Models with the sizes of their inputs. */
const MODELS = { "mobilenet_v1_0.25_128_quant": 128, vww_96_int8: 96, vww_96_float: 96 };
const INPUTS = ["lcg-seed1", "gradient"];

const BUILD = join(import.meta.dirname, "../../build");

function whyNot(): string | undefined {
  const missing = missingPackages();
  if (missing.length) return `Debian's ${missing.join(", ")}`;
  try {
    installNode();
    return undefined;
  } catch (error) {
    return `Node for ARM64: ${(error as Error).message}`;
  }
}

const missing = whyNot();
if (missing !== undefined) console.warn(`skipping the tests of ARM64, which need ${missing}`);

const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-arm-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run<T>({ cpu, tier }: (typeof MACHINES)[number], name: string, args: readonly string[]): Promise<T> {
  const { program, args: before } = nodeOn(cpu, [tier, join(folder, `${name}.js`), ...args]);
  const { stdout } = await promisify(execFile)(program, before, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as T;
}

/** The inputs of the goldens that are run, and a file with them for each model. */
function writeInputs(): readonly { name: string; inputs: readonly GoldenInput[]; model: string; input: string }[] {
  const inputs = goldenInputs().filter(({ name }) => INPUTS.includes(name));
  return Object.entries(MODELS).map(([name, size]) => {
    const input = join(folder, `${name}.bin`);
    const tensors = inputs.map((each) => inputOf(each, GOLDEN_MODELS[name]!, size));
    writeFileSync(input, Buffer.concat(tensors.map((each) => Buffer.from(each.buffer))));
    return { name, inputs, model: sharedPath("models", `${name}.tflite`), input };
  });
}

const goldens = missing === undefined && HAVE_SHARED ? writeInputs() : [];

describe.skipIf(missing !== undefined).concurrent("ARM64", () => {
  beforeAll(async () => {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    await build({
      entryPoints: ["layers", "goldens"].map((name) => join(import.meta.dirname, `programs/${name}.ts`)),
      outdir: folder,
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "es2022",
      loader: { ".txt": "text" },
    });
  });

  describe.each(MACHINES.map((each) => [each.cpu, each.tier, each] as const))("%s %s", (cpu, tier, machine) => {
    // All zero points once, where tiers change under the kernels.
    const isWhole = cpu === "max" && tier === "--wasm-dynamic-tiering";
    const parts = PARTS.filter(([, , processors]) => (processors as readonly string[]).includes(cpu));

    test.each(parts)("random layers with kernels: %s", async (_, names) => {
      const files = ["kernels.simd.wasm", ...names].map((name) => join(BUILD, name));
      const size = isWhole ? ["60", "1"] : ["24", "32"];
      const { kernels, byteProducts } = await run<Summary>(machine, "layers", [...size, ...files]);
      expect(byteProducts).toBe("signed");
      // The second one for weights of -128 side by side.
      for (const kernel of ["q8_pointwiseDot", "q8_pointwise", "q8_depthwise3x3s1", "q8_depthwise3x3s2"]) {
        expect(kernels[kernel], kernel).toBeGreaterThan(1);
      }
    });

    describeShared("goldens", () => {
      test.each(cpu === "max" ? (["simd", "relaxed"] as const) : (["relaxed"] as const))("%s", async (kernels) => {
        const threads = tier === "--no-liftoff" ? 2 : 1;
        const cases = goldens.map(({ model, input }): Case => ({ model, input, options: { kernels, threads } }));
        const entry = join(BUILD, "index.js");
        const results = await run<Result[]>(machine, "goldens", [JSON.stringify({ entry, cases })]);
        for (const [i, { name, inputs }] of goldens.entries()) {
          const { runtime, outputs } = results[i]!;
          const byteProducts = name === "vww_96_float" ? undefined : "signed";
          expect(runtime, name).toEqual({ kernels, threads, byteProducts });
          expect(outputs.length).toBe(INPUTS.length);
          for (const [k, output] of outputs.entries()) {
            expectGolden(name, inputs[k]!, new Uint8Array(Buffer.from(output, "base64")));
          }
        }
      });
    });
  });
});
