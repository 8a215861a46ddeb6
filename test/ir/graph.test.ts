import { describe, expect, test } from "vitest";
import { FormatError } from "../../src/errors.js";
import { buildGraph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { samePadding } from "../../src/ir/window.js";

const image = (name: string): Tensor => ({ name, shape: [1, 4, 4, 2], dtype: "float32" });
const relu = (from: number, to: number): Op => ({
  type: "activation",
  activation: "relu",
  inputs: [from],
  outputs: [to],
});

describe("a graph", () => {
  const tensors = ["a", "b", "c"].map(image);

  test("is brought into the order of execution", () => {
    const { ops } = buildGraph({ tensors, ops: [relu(1, 2), relu(0, 1)], inputs: [0], outputs: [2] });
    expect(ops.map(({ outputs }) => outputs[0])).toEqual([1, 2]);
  });

  test.each([
    ["a cycle", [relu(1, 2), relu(2, 1)], [0], [2], /is part of a cycle/],
    ["an operator that feeds itself", [relu(1, 1)], [0], [1], /is part of a cycle/],
    ["a tensor made twice", [relu(0, 1), relu(0, 1)], [0], [1], /tensor 1 has a value already/],
    ["an input that is made", [relu(0, 1), relu(1, 0)], [0], [1], /tensor 0 has a value already/],
    ["a tensor made by nothing", [relu(1, 2)], [0], [2], /tensor 1 is read by operator 0, but nothing makes it/],
    ["an output made by nothing", [relu(0, 1)], [0], [2], /output tensor 2 is made by nothing/],
    ["an index out of range", [relu(0, 9)], [0], [1], /tensor index expected 0…2, got 9/],
    ["a negative index", [relu(-1, 1)], [0], [1], /tensor index expected 0…2, got -1/],
    ["no outputs", [relu(0, 1)], [0], [], /no outputs/],
  ])("refuses %s", (_, ops, inputs, outputs, message) => {
    const act = () => buildGraph({ tensors, ops, inputs, outputs });
    expect(act).toThrow(FormatError);
    expect(act).toThrow(message);
  });

  test.each([
    ["a size of 0", [1, 0, 4, 2]],
    ["a negative size", [1, -4, 4, 2]],
    ["half a row", [1, 1.5, 4, 2]],
    ["too many elements", [1, 65536, 65536, 2]],
    ["five dimensions", [1, 1, 1, 1, 1]],
  ])("refuses %s", (_, shape) => {
    const odd = [
      { ...image("a"), shape },
      { ...image("b"), shape },
    ];
    expect(() => buildGraph({ tensors: odd, ops: [relu(0, 1)], inputs: [0], outputs: [1] })).toThrow(FormatError);
  });

  test("refuses an output whose shape is not what the operator makes", () => {
    const odd = [image("a"), { ...image("b"), shape: [1, 4, 4, 3] }];
    const act = () => buildGraph({ tensors: odd, ops: [relu(0, 1)], inputs: [0], outputs: [1] });
    expect(act).toThrow("operator 0 (activation): output expected 1×4×4×2, got 1×4×4×3");
  });

  test("refuses constants of another length than their shape", () => {
    const odd = [image("a"), { ...image("b"), data: new Float32Array(5) }];
    expect(() => buildGraph({ tensors: odd, ops: [], inputs: [0], outputs: [0] })).toThrow(
      /tensor 1 expected 128 bytes of data/,
    );
  });
});

test("SAME padding is TensorFlow's", () => {
  expect(samePadding([224, 224], [3, 3], [2, 2])).toEqual({ top: 0, bottom: 1, left: 0, right: 1 });
  expect(samePadding([7, 7], [3, 3], [2, 2])).toEqual({ top: 1, bottom: 1, left: 1, right: 1 });
  expect(samePadding([14, 7], [3, 3], [1, 1])).toEqual({ top: 1, bottom: 1, left: 1, right: 1 });
  expect(samePadding([5, 5], [1, 1], [2, 2])).toEqual({ top: 0, bottom: 0, left: 0, right: 0 });
  expect(samePadding([13, 13], [2, 2], [1, 1])).toEqual({ top: 0, bottom: 1, left: 0, right: 1 });
});
