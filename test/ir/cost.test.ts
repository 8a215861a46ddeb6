/** The cost model against a count of what a plain loop multiplies. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  convolutionMultAdds,
  costOf,
  depthwiseMultAdds,
  separableMultAdds,
  separableShare,
  type LayerSize,
} from "../../src/ir/cost.js";
import { outputShape, type Op, type OpAttributes } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { NO_PADDING, type Size } from "../../src/ir/window.js";

const whole = fc.integer({ min: 1, max: 6 });
const size: fc.Arbitrary<Size> = fc.tuple(whole, whole);
const layers: fc.Arbitrary<LayerSize> = fc.record({ kernel: size, depth: whole, channels: whole, map: size });

/** How often the innermost statement of eq. (1), or of eq. (3) if `groups` is the depth, runs. */
function count({ kernel, depth, channels, map }: LayerSize, groups: number): number {
  let products = 0;
  for (let y = 0; y < map[0]; ++y) {
    for (let x = 0; x < map[1]; ++x) {
      for (let n = 0; n < channels; ++n) {
        for (let i = 0; i < kernel[0]; ++i) {
          for (let j = 0; j < kernel[1]; ++j) products += depth / groups;
        }
      }
    }
  }
  return products;
}

describe("the equations", () => {
  test("count what the loops multiply", () => {
    const property = fc.property(layers, (layer) => {
      const depthwise = count({ ...layer, channels: layer.depth }, layer.depth);
      const pointwise = count({ ...layer, kernel: [1, 1] }, 1);
      expect(convolutionMultAdds(layer)).toBe(count(layer, 1));
      expect(depthwiseMultAdds(layer)).toBe(depthwise);
      expect(separableMultAdds(layer)).toBe(depthwise + pointwise);
      expect(separableShare(layer)).toBeCloseTo((depthwise + pointwise) / count(layer, 1), 12);
    });
    fc.assert(property, { seed: 1 });
  });

  test("say eight to nine times less for 3×3 windows", () => {
    for (const channels of [64, 128, 256, 512, 1024]) {
      const less = 1 / separableShare({ kernel: [3, 3], channels });
      expect(less).toBeGreaterThan(7.8);
      expect(less).toBeLessThan(9);
    }
  });
});

describe("an operator's cost", () => {
  function cost(attributes: OpAttributes, shape: readonly number[], weights?: readonly number[], bias?: number) {
    const tensors: Tensor[] = [{ name: "x", shape, dtype: "float32" }];
    if (weights) tensors.push({ name: "weights", shape: weights, dtype: "float32" });
    if (bias) tensors.push({ name: "bias", shape: [bias], dtype: "float32" });
    const op: Op = { ...attributes, inputs: tensors.map((_, index) => index), outputs: [tensors.length] };
    tensors.push({ name: "y", shape: outputShape(op, tensors), dtype: "float32" });
    return costOf(op, tensors);
  }

  const window = { stride: [2, 2], padding: NO_PADDING, activation: "none" } as const;
  test.each([
    ["convolution", cost({ type: "convolution", ...window }, [2, 9, 7, 5], [4, 3, 1, 5], 4), 2 * 16 * 4 * 15, 60, 64],
    ["depthwise", cost({ type: "depthwise", ...window }, [2, 9, 7, 5], [1, 3, 1, 5], 5), 2 * 16 * 5 * 3, 15, 20],
    ["without bias", cost({ type: "depthwise", ...window }, [1, 3, 1, 5], [1, 3, 1, 5]), 15, 15, 15],
    ["fullyconnected", cost({ type: "fullyconnected", activation: "none" }, [3, 7], [2, 7], 2), 42, 14, 16],
    ["mean", cost({ type: "mean", keepDims: true }, [1, 7, 7, 3]), 0, 0, 0],
  ])("%s", (_, got, multAdds, weights, parameters) => {
    expect(got).toEqual({ multAdds, weights, parameters });
  });
});
