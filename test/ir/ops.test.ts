/** Operators: the shapes they make and the traits that passes rely on. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../src/errors.js";
import { moduleOf, outputShapes, type OpAttributes } from "../../src/ir/ops/index.js";
import { batched } from "../../src/ir/passes/batch.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { NO_PADDING } from "../../src/ir/window.js";
import { Program } from "../../src/runtime/program.js";
import { manyGraph, unaryGraph, weightedGraph } from "../support/graphs.js";
import { modulesOf } from "../support/modules.js";

const window = { stride: [2, 2], padding: NO_PADDING, activation: "none" } as const;

function shapesOf(attributes: OpAttributes, ...shapes: readonly (readonly number[])[]) {
  const tensors = shapes.map((shape, i): Tensor => ({ name: `t${i}`, shape, dtype: "float32" }));
  return outputShapes({ ...attributes, inputs: tensors.map((_, index) => index), outputs: [] }, tensors);
}

describe("a depthwise convolution", () => {
  test("has a depth multiplier", () => {
    expect(shapesOf({ type: "depthwise", ...window }, [2, 9, 7, 5], [1, 3, 1, 15], [15])).toEqual([[2, 4, 4, 15]]);
    expect(() => shapesOf({ type: "depthwise", ...window }, [2, 9, 7, 5], [1, 3, 1, 12])).toThrow(
      new FormatError("channels of the weights expected a multiple of 5, got 12"),
    );
  });

  test("is refused by name where no kernel has one", async () => {
    const { graph } = weightedGraph({ type: "depthwise", ...window }, [1, 9, 7, 5], [1, 3, 1, 10], "float32", 1);
    const program = Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 20, keep: [] });
    await expect(program).rejects.toThrow(UnsupportedError);
    await expect(program).rejects.toThrow("operator 0 (depthwise): depth multiplier expected 1, got 2");
  });
});

test("a convolution pads with one number for each input channel", () => {
  const convolution = { type: "convolution", ...window, padValue: [1, 2] } as const;
  expect(shapesOf(convolution, [1, 3, 3, 2], [4, 3, 3, 2])).toEqual([[1, 1, 1, 4]]);
  expect(() => shapesOf(convolution, [1, 3, 3, 3], [4, 3, 3, 3])).toThrow("pad values expected 3, got 2");
});

test("a reshape keeps the elements", () => {
  expect(() => shapesOf({ type: "reshape", shape: [1, 5] }, [1, 2, 3])).toThrow("cannot make 1×5 of 1×2×3");
});

describe("a batch", () => {
  test("changes shapes that operators state", () => {
    const reshape = unaryGraph({ type: "reshape", shape: [1, 6] }, [1, 2, 3], "float32", 1).graph;
    expect(batched(reshape, 4).ops).toMatchObject([{ shape: [4, 6], inputs: [0], outputs: [1] }]);
    const slice = { type: "slice", begin: [0, 1], size: [1, 2], step: [1, 1] } as const;
    expect(batched(unaryGraph(slice, [1, 3], "float32", 1).graph, 4).ops).toMatchObject([{ size: [4, 2] }]);
  });

  test("must stay apart", () => {
    const transpose = unaryGraph({ type: "transpose", permutation: [1, 0] }, [1, 1], "float32", 1).graph;
    expect(() => batched(transpose, 2)).toThrow(UnsupportedError);
    const concatenation = manyGraph({ type: "concatenation", axis: 1 }, [[1, 2], [1, 3]], "float32", 1).graph; // prettier-ignore
    expect(batched(concatenation, 2).ops).toEqual(concatenation.ops);
    const along = { ...concatenation, ops: [{ ...concatenation.ops[0]!, axis: 0 }] };
    expect(() => batched({ ...along, ops: along.ops as typeof concatenation.ops }, 2)).toThrow(UnsupportedError);
  });
});

test("of all operators only detection runs on the host", () => {
  expect(moduleOf({ type: "softmax", beta: 1 }).host).toBeUndefined();
  const detection = { type: "detection", maxDetections: 1, maxClasses: 1, detectionsPerClass: 1, regular: false, scoreThreshold: 0, iouThreshold: 0.5, classes: 1, scales: [1, 1, 1, 1] } as const; // prettier-ignore
  expect(moduleOf(detection).host).toBe(true);
});
