/** ONNX models in onnxruntime itself (onnxruntime-web): the largest error is below 1e-4 of the largest output. */
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { loadModel } from "../../src/index.js";
import { onnxFile, type OnnxSource } from "../support/onnx.js";
import { LAYOUT_CASES, OPERATOR_CASES, quantizedBranches, quantizedResidual } from "../support/onnxcases.js";

interface OrtTensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

interface Ort {
  readonly env: { wasm: { numThreads: number } };
  readonly InferenceSession: {
    create(model: Uint8Array): Promise<{
      readonly inputNames: readonly string[];
      run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
    }>;
  };
  readonly Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => OrtTensor;
}

const ort = createRequire(import.meta.url)("onnxruntime-web") as Ort;
ort.env.wasm.numThreads = 1;

/** Elements in another order of dimensions: `order[i]` is the dimension that becomes dimension i. */
function permute(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const steps = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const to = order.map((d) => shape[d]!);
  return Float32Array.from(data, (_, index) => {
    let [rest, from] = [index, 0];
    for (let i = to.length - 1; i >= 0; --i) {
      from += (rest % to[i]!) * steps[order[i]!]!;
      rest = Math.floor(rest / to[i]!);
    }
    return data[from]!;
  });
}

async function expectAgreement(
  file: Uint8Array,
  shapes: readonly (readonly number[])[],
  { most }: { readonly most?: number } = {},
): Promise<void> {
  const net = await loadModel(file);
  const session = await ort.InferenceSession.create(file);
  const values = shapes.map((shape, k) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(k + i * 0.37) * 3),
  );
  const theirs = await session.run(
    Object.fromEntries(session.inputNames.map((name, i) => [name, new ort.Tensor("float32", values[i]!, shapes[i]!)])),
  );
  const inputs = values.map((data, i) => {
    const isSame = net.inputs[i]!.shape.join() === shapes[i]!.join();
    return isSame ? data : permute(data, shapes[i]!, [0, 2, 3, 1]);
  });
  for (const { name, shape, data } of net.run(inputs)) {
    const { data: numbers, dims } = theirs[name]!;
    const isSame = shape.join() === dims.join();
    const expected = isSame ? numbers : permute(numbers, dims, [0, 2, 3, 1]);
    if (!isSame) expect(shape).toEqual([0, 2, 3, 1].map((d) => dims[d]));
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    let error = 0;
    for (const [i, value] of expected.entries()) error = Math.max(error, Math.abs(value - (data as Float32Array)[i]!));
    expect(error, name).toBeLessThan(most ?? 1e-4 * largest);
  }
  net.dispose();
}

function shapesOf({ inputs }: OnnxSource): number[][] {
  return Object.values(inputs).map((sizes) => sizes.map((size) => (typeof size === "number" ? size : 1)));
}

test.each(Object.entries({ ...OPERATOR_CASES, ...LAYOUT_CASES }))("%s", async (_, source) => {
  await expectAgreement(onnxFile(source), shapesOf(source));
});

/** The bounds are two steps of the output's scale. */
test.each([
  ["signed", true],
  ["unsigned", false],
] as const)("a QDQ network of %s activations runs on 8 bits", async (_, signed) => {
  for (const [source, steps] of [
    [quantizedResidual(signed), 0.06],
    // A step before the sigmoid is 0.05 / 4 behind it.
    [quantizedBranches(signed), (0.05 / 4 + 1 / 256) / 2],
  ] as const) {
    const file = onnxFile(source);
    const net = await loadModel(file);
    const eight = signed ? "int8" : "uint8";
    const { type } = net.layers.at(-1)!;
    expect(type).toBe("dequantize");
    expect(net.layers.slice(0, -1).map(({ dtype }) => dtype)).toEqual(net.layers.slice(1).map(() => eight));
    net.dispose();
    await expectAgreement(file, shapesOf(source), { most: 2.01 * steps });
  }
});
