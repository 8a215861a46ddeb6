/**
 * Runs models on some inputs as callers do.
 *
 *   node goldens.js '{ "entry": …, "cases": [{ "model": …, "input": …, "options": … }] }'
 *
 * `entry` is the package's entry; `input` is a file with the elements of all inputs, one after another. Prints for each case
 * the runtime's report, and the bytes of the outputs in base64.
 */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type * as Package from "../../../src/index.js";

export interface Case {
  readonly model: string;
  readonly input: string;
  readonly options: Package.LoadOptions;
}

export interface Result {
  readonly runtime: Package.RuntimeReport;
  readonly outputs: readonly string[];
}

const { entry, cases } = JSON.parse(process.argv[2]!) as { readonly entry: string; readonly cases: readonly Case[] };
const { loadModel } = (await import(pathToFileURL(entry).href)) as typeof Package;

async function run({ model, input, options }: Case): Promise<Result> {
  const net = await loadModel(model, options);
  const { buffer } = new Uint8Array(await readFile(input));
  const { dtype } = net.inputs[0]!;
  const all = dtype === "float32" ? new Float32Array(buffer) : new Uint8Array(buffer);
  const elements = dtype === "int8" ? new Int8Array(buffer) : all;
  const length = net.inputs[0]!.shape.reduce((product, side) => product * side, 1);
  const outputs = [];
  for (let at = 0; at < elements.length; at += length) {
    const [{ data }] = net.run(elements.subarray(at, at + length)) as [Package.TensorValue];
    outputs.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"));
  }
  net.dispose();
  return { runtime: net.runtime, outputs };
}

const results = [];
for (const each of cases) results.push(await run(each));
console.log(JSON.stringify(results));
