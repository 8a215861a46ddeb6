/** Models, inputs and outputs of the goldens of whole networks. */
import { expect } from "vitest";
import { goldenInputs, rgbOf, sha256, type GoldenInput } from "./inputs.js";
import { HAVE_SHARED, sharedBytes, sharedJson } from "./shared.js";

export { goldenInputs };

export interface GoldenModel {
  readonly dtype: string;
  readonly elements_per_row: number;
  readonly bytes_per_row: number;
  readonly input_hash_key: string;
}

export const GOLDEN_MODELS = HAVE_SHARED ? sharedJson<Record<string, GoldenModel>>("golden", "outputs.json") : {};

/** The input tensor of a model for a golden input; its hash is checked, so that a difference is the network's. */
export function inputOf(input: GoldenInput, model: GoldenModel, size: number): Float32Array | Uint8Array | Int8Array {
  const rgb = rgbOf(input, size);
  const tensor = {
    float32: () => Float32Array.from(rgb, (byte) => byte / 255),
    int8: () => Int8Array.from(rgb, (byte) => byte - 128),
    uint8: () => rgb,
  }[model.dtype]!();
  expect(sha256(tensor), input.name).toBe(input.sha256[model.input_hash_key]);
  return tensor;
}

const goldens = new Map<string, Uint8Array<ArrayBuffer>>();

/** Expects an output, as bytes, to be XNNPACK's: 8-bit ones to the byte, float32 ones to 5e-6. */
export function expectGolden(name: string, input: GoldenInput, output: Uint8Array): void {
  const model = GOLDEN_MODELS[name]!;
  const golden = goldens.get(name) ?? sharedBytes("golden", "outputs", "xnnpack", `${name}.bin`);
  goldens.set(name, golden);
  if (model.dtype === "float32") {
    const floats = new Float32Array(golden.buffer);
    const start = input.index * model.elements_per_row;
    const values = new Float32Array(output.buffer, output.byteOffset, model.elements_per_row);
    for (const [i, value] of values.entries()) expect(Math.abs(value - floats[start + i]!)).toBeLessThan(5e-6);
    return;
  }
  const start = input.index * model.bytes_per_row;
  const same = Buffer.compare(output, golden.subarray(start, start + model.bytes_per_row)) === 0;
  expect(same, `${name} on ${input.name}`).toBe(true);
}
