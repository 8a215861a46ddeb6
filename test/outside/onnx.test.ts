/**
 * ONNX models in onnxruntime itself (onnxruntime-web): the largest error is below 1e-4 of the largest output. With
 * WRITE_EXPECTED=1, test/formats/onnx/expected.json is written: a summary of what onnxruntime computes.
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { onnxFile } from "../support/onnx.js";
import {
  LAYOUT_CASES,
  OPERATOR_CASES,
  quantizedBranches,
  quantizedGates,
  quantizedResidual,
} from "../support/onnxcases.js";
import { inputsFor, ours, summaryOf, type Expected, type OnnxValue } from "../support/onnxrun.js";
import { describeShared, sharedBytes } from "../support/shared.js";

interface Ort {
  readonly env: { wasm: { numThreads: number } };
  readonly InferenceSession: {
    create(model: Uint8Array): Promise<{ run(feeds: Record<string, OnnxValue>): Promise<Record<string, OnnxValue>> }>;
  };
  readonly Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => OnnxValue;
}

const ort = createRequire(import.meta.url)("onnxruntime-web") as Ort;
ort.env.wasm.numThreads = 1;

/** onnxruntime approximates sigmoids with an absolute error of this size. */
const SIGMOID_ERROR = 3e-7;

const EXPECTED = join(import.meta.dirname, "../formats/onnx/expected.json");
const summaries: Record<string, Record<string, Expected>> = {};

afterAll(() => {
  if (process.env.WRITE_EXPECTED) writeFileSync(EXPECTED, JSON.stringify(summaries));
});

/** Their outputs, after ours were compared with them. */
async function compare(
  file: Uint8Array,
  inputs: Readonly<Record<string, OnnxValue>>,
  most?: number,
): Promise<Record<string, OnnxValue>> {
  const session = await ort.InferenceSession.create(file);
  const feeds = Object.entries(inputs).map(
    ([name, { data, dims }]) => [name, new ort.Tensor("float32", data, dims)] as const,
  );
  const theirs = await session.run(Object.fromEntries(feeds));
  const outputs = await ours(file, inputs, (name) => theirs[name]!.dims);
  expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(theirs).toSorted());
  for (const [name, { data }] of Object.entries(theirs)) {
    const largest = data.reduce((sofar, value) => Math.max(sofar, Math.abs(value)), 0);
    let error = 0;
    for (const [i, value] of data.entries()) error = Math.max(error, Math.abs(value - outputs[name]![i]!));
    expect(error, name).toBeLessThan(most ?? 1e-4 * largest + SIGMOID_ERROR);
  }
  return theirs;
}

test.each(Object.entries({ ...OPERATOR_CASES, ...LAYOUT_CASES }))("%s", async (title, source) => {
  const theirs = await compare(onnxFile(source), inputsFor(source));
  summaries[title] = Object.fromEntries(Object.entries(theirs).map(([name, value]) => [name, summaryOf(value)]));
});

/** The bounds are two steps of the output's scale. */
test.each([
  ["signed", true],
  ["unsigned", false],
] as const)("a QDQ network of %s activations runs on 8 bits", async (_, signed) => {
  for (const [source, step] of [
    [quantizedResidual(signed), 0.06],
    // A step before the sigmoid is 0.05 / 4 behind it.
    [quantizedBranches(signed), (0.05 / 4 + 1 / 256) / 2],
    [quantizedGates(signed), 0.015],
  ] as const) {
    await compare(onnxFile(source), inputsFor(source), 2.01 * step);
  }
});

describeShared("the zoo", () => {
  test.each([
    ["version-RFB-320.onnx", [1, 3, 240, 320]],
    ["yunet_n_320_320.onnx", [1, 3, 320, 320]],
  ])("%s", async (name, shape) => {
    const file = sharedBytes("models", "zoo", name);
    const net = await loadModel(file);
    const [input] = net.inputs;
    net.dispose();
    await compare(file, inputsFor({ inputs: { [input!.name]: shape } }));
  });
});
