/** Tasks for the programs that run in every runtime, and the check of their outputs. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { LoadOptions } from "../../../src/index.js";
import { expectGolden, goldenInputs, GOLDEN_MODELS } from "../../support/goldens.js";

/** A way to run a model. */
export interface Task {
  /** Of the model's folder. */
  readonly file: "model.tflite" | "compiled.simd.wasm" | "compiled.relaxed.wasm";
  readonly options?: LoadOptions;
  /** A compiled model is instantiated without the package. */
  readonly plain?: boolean;
}

/** Through loadModel(): a model of a file, with options. */
export function loaded(options: LoadOptions): Task {
  return { file: "model.tflite", options };
}

/** A compiled model, through loadModel() and alone. */
export function compiled(kernels: "simd" | "relaxed"): readonly Task[] {
  const file = `compiled.${kernels}.wasm` as const;
  return [
    { file, options: {} },
    { file, plain: true },
  ];
}

/** A row for test.each(): the title, the task and the expected part of the report. */
export function row(task: Task, expected: object = {}): readonly [string, Task, object] {
  const { file, options, plain } = task;
  const kernels = /simd|relaxed/.exec(file)?.[0];
  return [`${file} ${plain ? "alone" : JSON.stringify(options)}`, task, { ...(kernels && { kernels }), ...expected }];
}

/** Expects all outputs of a model, one after the other, to be golden. */
export function expectGoldens(name: string, outputs: Uint8Array): void {
  const { bytes_per_row: length } = GOLDEN_MODELS[name]!;
  const inputs = goldenInputs();
  expect(inputs.length).toBe(131);
  expect(outputs.length).toBe(131 * length);
  for (const input of inputs) {
    expectGolden(name, input, outputs.subarray(input.index * length, (input.index + 1) * length));
  }
}

/** The same for outputs in a file. */
export function expectGoldenFile(name: string, path: string): void {
  expectGoldens(name, new Uint8Array(readFileSync(path)));
}
