/** ONNX files that nobody wrote on purpose: typed errors only, or a network that runs. */
import { describe, expect, test } from "vitest";
import { PbfWriter } from "pbf";
import { loadModel } from "../../../src/index.js";
import { seededRandom } from "../../../src/models/random.js";
import { attempt, outcomes } from "../../support/hostile.js";
import { flips, truncations } from "../../support/mutate.js";
import { onnxFile } from "../../support/onnx.js";
import { node, quantizedResidual } from "../../support/onnxcases.js";
import { ONNX_SOURCES, onnxMutants } from "../../support/onnxmutants.js";

test("every small model runs as it is", async () => {
  expect(Object.keys(await outcomes(ONNX_SOURCES.map(onnxFile)))).toEqual(["runs"]);
});

test("truncated files are errors", async () => {
  const file = onnxFile(quantizedResidual(true));
  const counts = await outcomes([...truncations(file, 7)].slice(1));
  // Behind the graph stands only the version of the operators.
  expect(counts["FormatError"]).toBeGreaterThan(100);
  expect(Object.keys(counts).toSorted()).toEqual(["FormatError", "UnsupportedError"]);
});

test("files with flipped bits are errors, or run", async () => {
  const counts = await outcomes(flips(onnxFile(quantizedResidual(false)), 400, seededRandom(1)));
  expect(counts["FormatError"]).toBeGreaterThan(50);
  expect(counts["runs"]).toBeGreaterThan(50);
});

test("files with absurd fields are errors, or run", async () => {
  const counts = await outcomes(onnxMutants(1500, seededRandom(2)));
  console.info(`1500 mutants: ${JSON.stringify(counts)}`);
  expect(counts["FormatError"]).toBeGreaterThan(300);
  expect(counts["UnsupportedError"]).toBeGreaterThan(150);
  expect(counts["runs"]).toBeGreaterThan(200);
});

describe("a file that asks for much", () => {
  const model = (graph: (pbf: PbfWriter) => void) => {
    const pbf = new PbfWriter();
    pbf.writeVarintField(1, 8);
    pbf.writeMessage(7, (_: null, message: PbfWriter) => graph(message), null);
    pbf.writeMessage(8, (_: null, set: PbfWriter) => set.writeVarintField(2, 13), null);
    return pbf.finish();
  };

  test.each([
    ["nodes", (pbf: PbfWriter) => Array.from({ length: 30_000 }, () => pbf.writeBytesField(1, new Uint8Array(0)))],
    ["inputs of a node", (pbf: PbfWriter) => pbf.writeBytesField(1, repeated([0x0a, 0], 5000))],
    ["attributes", (pbf: PbfWriter) => pbf.writeBytesField(1, named(5000))],
    [
      "initializers",
      (pbf: PbfWriter) => Array.from({ length: 30_000 }, () => pbf.writeBytesField(5, new Uint8Array(0))),
    ],
    ["dimensions", (pbf: PbfWriter) => pbf.writeBytesField(5, repeated([0x08, 1], 5000))],
  ])("in %s is refused", async (_, graph) => {
    await expect(loadModel(model(graph))).rejects.toThrow(/at most \d+/);
  });

  test("in elements is refused", async () => {
    const constants = { shape: { shape: [4], data: BigInt64Array.of(1n, 40000n, 40000n, 1n) } };
    const nodes = [node("ConstantOfShape", "shape", "c"), node("Relu", "c", "y")];
    const file = onnxFile({ nodes, constants, inputs: { x: [1] }, outputs: ["y"] });
    expect(await attempt(file)).toBe("UnsupportedError");
  });

  test("in copies of one constant is refused", async () => {
    const constants = { w: { shape: [1000, 1000], data: new Float32Array(1e6) } };
    const nodes = Array.from({ length: 300 }, (_, i) => node("MatMul", [i ? `h${i}` : "x", "w"], `h${i + 1}`));
    const file = onnxFile({ nodes, constants, inputs: { x: [1, 1000] }, outputs: ["h300"] });
    expect(await attempt(file)).toBe("UnsupportedError");
  });

  test("in broadcasts of constants is refused", async () => {
    const constants = {
      a: { shape: [30000, 1], data: new Float32Array(30000) },
      b: { shape: [1, 30000], data: new Float32Array(30000) },
    };
    const file = onnxFile({ nodes: [node("Add", ["a", "b"], "y")], constants, inputs: { x: [1] }, outputs: ["y"] });
    expect(await attempt(file)).toBe("UnsupportedError");
  });

  test("in a chain of nodes is no recursion", async () => {
    const nodes = Array.from({ length: 15_000 }, (_, i) =>
      node("Identity", i ? `h${i}` : "x", `h${i + 1}`),
    ).toReversed();
    const file = onnxFile({ nodes: [...nodes, node("Relu", "h15000", "y")], inputs: { x: [1, 2] }, outputs: ["y"] });
    expect(await attempt(file)).toBe("runs");
  });
});

function repeated(bytes: readonly number[], count: number): Uint8Array {
  return Uint8Array.from({ length: bytes.length * count }, (_, i) => bytes[i % bytes.length]!);
}

/** A node with so many attributes, each with a name of its own. */
function named(count: number): Uint8Array {
  const pbf = new PbfWriter();
  for (let i = 0; i < count; ++i) {
    pbf.writeMessage(5, (_: null, attribute: PbfWriter) => attribute.writeStringField(1, `a${i}`), null);
  }
  return pbf.finish();
}
