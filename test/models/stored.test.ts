import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../src/errors.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { StoredLayers } from "../../src/models/stored.js";
import { loadModel } from "../support/load.js";

/** Weights that count up from 1. */
function counting(name: string, shape: readonly number[]): [string, Tensor] {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1);
  return [name, { name, shape, dtype: "float32", data }];
}

describe("layers with stored weights", () => {
  test("take weights as TensorFlow.js has them, with the batch norm beside them", async () => {
    const weights = new Map([
      counting("a/weights", [1, 1, 2, 3]),
      counting("a/biases", [3]),
      counting("b/depthwise_filter", [3, 3, 3, 1]),
      counting("b/BatchNorm/gamma", [3]),
      counting("b/BatchNorm/beta", [3]),
      counting("b/BatchNorm/moving_mean", [3]),
      counting("b/BatchNorm/moving_variance", [3]),
    ]);
    const net = new StoredLayers(weights);
    const a = net.convolution("a", net.input("x", [1, 1, 1, 2]), 3, 1, 1, "none");
    const graph = net.graph([a, net.depthwise("b", a, 1, "none")]);
    const [first, second] = (await loadModel(graph)).run(Float32Array.of(1, 10));
    // in · weights[in][out] + bias: 1 · (1, 2, 3) + 10 · (4, 5, 6) + (1, 2, 3)
    expect(Array.from(first!.data)).toEqual([42, 54, 66]);
    // Only the middle of the window, 13, 14 and 15, is in the picture; each statistic of channel c is 1 + c.
    for (const [c, sum] of [42 * 13, 54 * 14, 66 * 15].entries()) {
      const statistic = 1 + c;
      const normed = statistic + ((sum - statistic) * statistic) / Math.sqrt(statistic + 0.001);
      expect(second!.data[c]! / normed).toBeCloseTo(1, 6);
    }
  });

  test.each<[string, [string, Tensor], new (message: string) => Error, RegExp]>([
    ["missing", counting("b/weights", [1, 1, 2, 3]), FormatError, /the weight "a\/weights" is missing/],
    [
      "of another shape",
      counting("a/weights", [1, 1, 3, 2]),
      FormatError,
      /the weight "a\/weights" expected 1×1×2×3, got 1×1×3×2/,
    ],
    [
      "whole numbers",
      ["a/weights", { name: "a/weights", shape: [1, 1, 2, 3], dtype: "int32", data: new Int32Array(6) }],
      UnsupportedError,
      /"a\/weights" expected float32, got int32/,
    ],
  ])("refuse weights that are %s", (_, entry, type, message) => {
    const net = new StoredLayers(new Map([entry, counting("a/bias", [3])]));
    const x = net.input("x", [1, 1, 1, 2]);
    const act = () => net.convolution("a", x, 3, 1, 1, "none");
    expect(act).toThrow(type);
    expect(act).toThrow(message);
  });
});
