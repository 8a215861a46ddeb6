/** ONNX files become graphs in NHWC, and on 8 bits where they are quantised. */
import { describe, expect, test } from "vitest";
import { loadModel, UnsupportedError } from "../../../src/index.js";
import { describeLayers } from "../../../src/ir/layers.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { readModel } from "../../../src/formats/index.js";
import { floats, integers, onnxFile, type OnnxSource } from "../../support/onnx.js";
import {
  LAYOUT_CASES,
  node,
  OPERATOR_CASES,
  quantizedBranches,
  quantizedGates,
  quantizedResidual,
} from "../../support/onnxcases.js";
import { inputsFor, ours, summaryOf, type Expected } from "../../support/onnxrun.js";
import { sharedBytes, describeShared } from "../../support/shared.js";
import expected from "./expected.json" with { type: "json" };

const EXPECTED: Readonly<Record<string, Readonly<Record<string, Expected>>>> = expected;
const CASES = { ...OPERATOR_CASES, ...LAYOUT_CASES };

test("onnxruntime has answered for every case", () => {
  expect(Object.keys(EXPECTED), "WRITE_EXPECTED=1 npm run test:outside -- onnx").toEqual(Object.keys(CASES));
});

describe("agrees with onnxruntime", () => {
  test.each(Object.entries(CASES))("%s", async (title, source) => {
    const theirs = EXPECTED[title]!;
    const outputs = await ours(onnxFile(source), inputsFor(source), (name) => theirs[name]!.dims);
    for (const [name, { dims, sums, largest }] of Object.entries(theirs)) {
      const summary = summaryOf({ dims, data: outputs[name]! });
      const bound = 1e-4 * largest * Math.sqrt(outputs[name]!.length);
      for (const [i, sum] of sums.entries()) expect(Math.abs(summary.sums[i]! - sum), name).toBeLessThan(bound);
    }
  });
});

async function layersOf(source: OnnxSource): Promise<string[]> {
  const graph = await prepare(await readModel({ bytes: onnxFile(source) }));
  return describeLayers(graph).map(({ type, dtype }) => (dtype === "float32" ? type : `${type} ${dtype}`));
}

describe("leaves no transposes", () => {
  test.each([
    ["an NHWC network, as tf2onnx writes it", ["convolution"]],
    ["a pooled classifier", ["convolution", "mean", "reshape", "fullyconnected"]],
    [
      "a detector's head",
      ["convolution", "reshape", "softmax", "activation", "convolution", "reshape", "concatenation"],
    ],
  ])("in %s", async (title, layers) => {
    expect((await layersOf(LAYOUT_CASES[title]!)).toSorted()).toEqual(layers.toSorted());
  });

  test("where a flattened image is multiplied", async () => {
    expect(await layersOf(OPERATOR_CASES["Gemm of a flattened image"]!)).toEqual(["reshape", "fullyconnected"]);
  });

  test("but one where rows have to become columns", async () => {
    const layers = await layersOf(OPERATOR_CASES["Transpose of rows and columns"]!);
    expect(layers.filter((type) => type === "transpose")).toEqual(["transpose"]);
  });
});

test.each([
  ["int8", true],
  ["uint8", false],
])("QDQ networks run on %s", async (dtype, signed) => {
  const residual = "quantize convolution convolution depthwise convolution add mean reshape fullyconnected".split(" ");
  expect(await layersOf(quantizedResidual(signed))).toEqual([
    ...residual.map((type) => `${type} ${dtype}`),
    "dequantize",
  ]);
  const gates = "quantize hardswish mean convolution logistic mul resize".split(" ");
  expect(await layersOf(quantizedGates(signed))).toEqual([...gates.map((type) => `${type} ${dtype}`), "dequantize"]);
  const branches = "quantize maxpool convolution convolution concatenation averagepool logistic reshape".split(" ");
  expect(await layersOf(quantizedBranches(signed))).toEqual([
    ...branches.map((type) => `${type} ${dtype}`),
    "dequantize",
  ]);
});

describe("inputs", () => {
  const open = onnxFile({ nodes: [node("Relu", "x", "y")], inputs: { x: ["n", 3, "h", "w"] }, outputs: ["y"] });

  test("of unknown size need inputShapes, in the file's order", async () => {
    await expect(loadModel(open)).rejects.toThrow(/input "x": shape expected known sizes, got 1×3×\?×\?; the option "inputShapes"/); // prettier-ignore
    const net = await loadModel(open, { inputShapes: { x: [1, 3, 8, 6] } });
    expect(net.inputs[0]!.shape).toEqual([1, 8, 6, 3]);
    net.dispose();
  });

  test.each([
    [{ x: [1, 4, 8, 6] }, /"inputShapes" of "x" must be \?×3×\?×\?, got array of length 4/],
    [{ x: [1, 3, 8] }, /"inputShapes" of "x" must be/],
    [{ x: [1, 3, 8, 0.5] }, /"inputShapes" of "x" must be/],
    [{ z: [1, 3, 8, 6] }, /"inputShapes"/],
  ])("do not take %j", async (inputShapes, message) => {
    const failure = loadModel(open, { inputShapes });
    await expect(failure).rejects.toThrow(message);
  });

  test("have a number of images of 1 unless the file says another", async () => {
    const net = await loadModel(onnxFile({ ...OPERATOR_CASES.Relu!, inputs: { x: [-1, 3, 8, 6] } }));
    expect(net.inputs[0]!.shape).toEqual([1, 8, 6, 3]);
    net.dispose();
  });
});

describe("elements", () => {
  const source: OnnxSource = { nodes: [node("Add", ["x", "c"], "y")], inputs: { x: [1, 2, 3] }, outputs: ["y"] };
  const numbers = Float32Array.of(1, 2, 3);
  const bytes = new Uint8Array(numbers.buffer);
  const sums = async (model: Parameters<typeof loadModel>[0]) => {
    const net = await loadModel(model);
    const data = net.run(new Float32Array(6))[0]!.data as Float32Array;
    net.dispose();
    return [...data];
  };

  test("may stand in a list", async () => {
    const constants = { c: { shape: [3], data: numbers, asList: true } };
    expect(await sums(onnxFile({ ...source, constants }))).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test("may be in another file", async () => {
    const external = { location: "weights/c.bin", offset: 4, length: 12 };
    const model = onnxFile({ ...source, constants: { c: { shape: [3], data: numbers, external } } });
    const file = new Uint8Array([0, 0, 0, 0, ...bytes]);
    expect(await sums({ "net.onnx": model, "weights/c.bin": file })).toEqual([1, 2, 3, 1, 2, 3]);
    await expect(loadModel({ "net.onnx": model, other: file })).rejects.toThrow(/"model" must have the file "weights\/c\.bin"/); // prettier-ignore
    await expect(loadModel(model)).rejects.toThrow(/"model" must be a path.*in the file "weights\/c\.bin"/);
    await expect(loadModel({ "net.onnx": model, "weights/c.bin": file.subarray(1) })).rejects.toThrow(/within 15 bytes, got 12 from 4 on/); // prettier-ignore
  });

  test.each(["../c.bin", "/etc/passwd", "a/../../c.bin", "a\\c.bin", "http://x/c.bin", ""])(
    "are not read from %j",
    async (location) => {
      const model = onnxFile({ ...source, constants: { c: { shape: [3], data: numbers, external: { location } } } });
      await expect(loadModel({ "net.onnx": model, "c.bin": bytes })).rejects.toThrow(/file beside the model/);
    },
  );
});

describe("refuses by name", () => {
  test.each([
    ["an operator", { nodes: [node("Einsum", "x", "y")] }, /node "y" \(Einsum\): not supported; supported are Abs, /],
    ["a domain", { nodes: [{ ...node("Relu", "x", "y"), domain: "com.microsoft" }] }, /domain "com\.microsoft"/],
    ["an operator set", { nodes: [node("Relu", "x", "y")], opset: 99 }, /operator set from 7 to 21, got 99/],
    ["an output of a constant", { nodes: [node("Relu", "x", "z")], constants: { y: floats([2]) } }, /output "y": expected computed/], // prettier-ignore
    ["weights that are computed", { nodes: [node("Conv", ["x", "x"], "y")] }, /\(Conv\): input 1 expected constant/],
    ["a dimension of size 0", { nodes: [node("Reshape", ["x", "s"], "y")], constants: { s: integers(0, -1, 7) } }, /cannot make/], // prettier-ignore
  ] as const)("%s", async (_, part, message) => {
    const file = onnxFile({ inputs: { x: [1, 3, 8, 6] }, outputs: ["y"], ...part });
    await expect(loadModel(file)).rejects.toThrow(message);
  });

  test("and with the right class", async () => {
    const file = onnxFile({ nodes: [node("Einsum", "x", "y")], inputs: { x: [1, 2] }, outputs: ["y"] });
    await expect(loadModel(file)).rejects.toThrow(UnsupportedError);
  });
});

describeShared("the zoo", () => {
  test.each(["version-RFB-320.onnx", "yunet_n_320_320.onnx"])("%s has no transpose", async (name) => {
    const graph = await readModel({ bytes: sharedBytes("models", "zoo", name) });
    expect(graph.ops.filter(({ type }) => type === "transpose")).toEqual([]);
  });
});
