/**
 * Files that once broke the package (../shared/hostile): each must end in a typed error or run, in every build and on one
 * and two threads, in a process with a small heap, within bounds of memory and steps.
 */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeShared, HAVE_SHARED, sharedPath } from "./support/shared.js";

const CHILD = join(import.meta.dirname, "support/hostilechild.js");

/** Node 20 has relaxed SIMD behind a flag, which later ones do not know. */
const FLAGS = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];

/** Ends a process that would never end on its own. */
const KILL_AFTER = 110_000;

const MESSAGE_LENGTH = 500;

/** Bytes that a load may take beyond the network's own. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * How often all blocks of code together may run in a load: a clock that does not depend on the machine. Interpreted code
 * takes some 100 ns a block, so that these take a second. Every file here takes less than a million.
 */
const MOST_STEPS = 1e7;

/** Options of loadModel() that show the fault. */
const OPTIONS: Readonly<Record<string, object>> = {
  "batch-1d.tflite": { batch: 3 },
  "tall-huge-maxmem.tflite": { maxMemory: 2 ** 20 },
};

/** Files that must be refused; the others may also run. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "batch-1d.tflite": /batch/,
  "long-message.tflite": /dimensions/,
  "nan-hang.tflite": /scale/,
  "nan-leak.tflite": /scale/,
  "nan-softmax.tflite": /scale/,
  "quantize-to-float.tflite": /float32/,
  "tall-huge-maxmem.tflite": /maxMemory/,
};

interface Result {
  readonly kernels: string;
  readonly threads: number;
  readonly bytes: number;
  readonly steps?: number;
  readonly error?: { readonly name: string; readonly code?: string; readonly message: string; readonly stack: string };
  readonly outputs?: readonly Output[];
  readonly again?: readonly Output[];
  readonly dtypes?: readonly string[];
}

interface Output {
  readonly first: readonly string[];
  readonly sum: string;
}

describeShared("hostile files", () => {
  const files = HAVE_SHARED ? readdirSync(sharedPath("hostile")).filter((name) => /\.(tflite|json)$/.test(name)) : [];
  test("there are some", () => expect(files.length).toBeGreaterThan(25));

  test.each(files)("%s", async (name) => {
    const results = await attempt(sharedPath("hostile", name), OPTIONS[name] ?? {});
    expect(results.map(({ kernels, threads }) => `${kernels} ${threads}`)).toEqual([
      "simd 1",
      "simd 2",
      "relaxed 1",
      "relaxed 2",
    ]);
    expect(results[0]!.steps).toBeGreaterThan(20);
    expect(results[0]!.steps).toBeLessThan(MOST_STEPS);
    for (const { error, outputs, again, bytes } of results) {
      expect(bytes).toBeLessThan(MOST_BYTES);
      if (error) expectTyped(error);
      else expect(again).toEqual(outputs);
    }
    const [first, ...others] = results;
    for (const other of others) {
      expect(other.error?.message).toBe(first!.error?.message);
      for (const [i, dtype] of (first!.dtypes ?? []).entries()) {
        if (dtype !== "float32") expect(other.outputs![i]).toEqual(first!.outputs![i]);
        else expectNear(other.outputs![i]!, first!.outputs![i]!);
      }
    }
    if (REFUSED[name]) expect(first!.error?.message).toMatch(REFUSED[name]);
  });
});

/** The results that the child printed; the child may end before it has printed all. */
function attempt(path: string, options: object): Promise<Result[]> {
  const args = [...FLAGS, "--max-old-space-size=300", CHILD, path, JSON.stringify(options)];
  return new Promise((resolve, reject) => {
    const settings = { timeout: KILL_AFTER, maxBuffer: 2 ** 26, killSignal: "SIGKILL" } as const;
    execFile(process.execPath, args, settings, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.signal ?? error.code}: ${stderr.slice(0, 1000)}\n${stdout.slice(0, 1000)}`));
      else resolve(stdout.trim().split("\n").map((line) => JSON.parse(line) as Result)); // prettier-ignore
    });
  });
}

/** An error of the package, or a TypeError or RangeError that names an argument. */
function expectTyped({ name, code, message, stack }: NonNullable<Result["error"]>): void {
  const isOurs = ["format", "unsupported", "source", "disposed"].includes(code ?? "");
  const isOfArgument = ["TypeError", "RangeError"].includes(name) && message.startsWith('"');
  expect(isOurs || isOfArgument, stack).toBe(true);
  expect(message.length).toBeLessThanOrEqual(MESSAGE_LENGTH);
  // oxlint-disable-next-line no-control-regex -- looked for
  expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
}

/** float32 outputs of different builds differ in the last bits. */
function expectNear(got: Output, expected: Output): void {
  for (const [i, value] of [...expected.first, expected.sum].entries()) {
    const other = [...got.first, got.sum][i]!;
    if (other !== value)
      expect(Math.abs(Number(other) - Number(value))).toBeLessThan(1e-4 * (1 + Math.abs(Number(value))));
  }
}
