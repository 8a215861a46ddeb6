/** Runs ONNX models with seeded inputs; inputs and outputs are in the file's order of dimensions. */
import { loadModel } from "./load.js";
import type { OnnxSource } from "./onnx.js";

export interface OnnxValue {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Elements in another order of dimensions: `order[i]` is the dimension that becomes dimension i. */
function permute(data: ArrayLike<number>, shape: readonly number[], order: readonly number[]): Float32Array {
  const steps = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const to = order.map((d) => shape[d]!);
  return Float32Array.from({ length: data.length }, (_, index) => {
    let [rest, from] = [index, 0];
    for (let i = to.length - 1; i >= 0; --i) {
      from += (rest % to[i]!) * steps[order[i]!]!;
      rest = Math.floor(rest / to[i]!);
    }
    return data[from]!;
  });
}

const TO_NHWC = [0, 2, 3, 1];
const TO_NCHW = [0, 3, 1, 2];

/** Inputs for a model, by name. Open sizes are 1. */
export function inputsFor({ inputs }: Pick<OnnxSource, "inputs">): Record<string, OnnxValue> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, sizes], k) => {
      const dims = sizes.map((size) => (typeof size === "number" ? size : 1));
      const length = dims.reduce((a, b) => a * b, 1);
      return [name, { dims, data: Float32Array.from({ length }, (_, i) => Math.sin(k + i * 0.37) * 3) }];
    }),
  );
}

/**
 * Our outputs by name.
 *
 * @param dims the file's shape of an output; no two sizes of an image may be the same.
 */
export async function ours(
  file: Uint8Array,
  inputs: Readonly<Record<string, OnnxValue>>,
  dims: (name: string) => readonly number[],
): Promise<Record<string, Float32Array>> {
  const net = await loadModel(file);
  const given = net.inputs.map(({ name, shape }) => {
    const { dims: sizes, data } = inputs[name]!;
    return shape.join() === sizes.join() ? data : permute(data, sizes, TO_NHWC);
  });
  const outputs = net.run(given).map(({ name, shape, data }) => {
    const sizes = dims(name);
    if (shape.join() === sizes.join()) return [name, Float32Array.from(data)] as const;
    if (shape.join() !== TO_NHWC.map((d) => sizes[d]).join())
      throw new Error(`${name}: ${shape} is no NHWC of ${sizes}`);
    return [name, permute(data, shape, TO_NCHW)] as const;
  });
  net.dispose();
  return Object.fromEntries(outputs);
}

/** What expected.json holds of an output. */
export interface Expected {
  readonly dims: readonly number[];
  /** Sums of the elements times waves of several lengths. */
  readonly sums: readonly number[];
  /** The largest element. */
  readonly largest: number;
}

export function summaryOf({ dims, data }: OnnxValue): Expected {
  const sums = [0, 0.7, 1.9, 2.6].map((wave) => data.reduce((sum, value, i) => sum + value * Math.cos(wave * i), 0));
  return { dims, sums, largest: data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}
