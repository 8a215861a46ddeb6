import { describe, expect, test } from "vitest";
import { costOf } from "../../src/graph/cost.js";
import type { Graph } from "../../src/graph/graph.js";
import { elementCount } from "../../src/graph/tensor.js";
import { ssdMobileNetV1, type SsdOptions } from "../../src/models/ssdmobilenetv1.js";
import { loadModel } from "../support/load.js";

const outputShapes = ({ tensors, outputs }: Graph) => outputs.map((output) => tensors[output]!.shape);

describe("SSD MobileNet V1", () => {
  test("at 300×300 has the 1917 anchors and the cost of Table 13", () => {
    const graph = ssdMobileNetV1();
    const shapes = outputShapes(graph);
    expect(shapes.filter((_, i) => i % 2 === 0).map(([, height]) => height)).toEqual([19, 10, 5, 3, 2, 1]);
    const boxes = shapes.filter((_, i) => i % 2 === 0).reduce((sum, shape) => sum + elementCount(shape) / 4, 0);
    expect(boxes).toBe(1917);
    const costs = graph.ops.map((op) => costOf(op, graph.tensors));
    const multAdds = costs.reduce((sum, cost) => sum + cost.multAdds, 0);
    const parameters = costs.reduce((sum, cost) => sum + cost.parameters, 0);
    expect((multAdds / 1e9).toFixed(1)).toBe("1.2");
    expect((parameters / 1e6).toFixed(1)).toBe("6.8");
  });

  test("is thinner by α in every layer but the predictors", async () => {
    const graph = ssdMobileNetV1({ alpha: 0.25, resolution: 64, classes: 2 });
    expect(outputShapes(graph).slice(0, 4)).toEqual([
      [1, 4, 4, 12],
      [1, 4, 4, 6],
      [1, 2, 2, 24],
      [1, 2, 2, 12],
    ]);
    const features = graph.ops.find(({ outputs }) => outputs[0] === graph.outputs[0])!.inputs[0]!;
    expect(graph.tensors[features]!.shape).toEqual([1, 4, 4, 128]);
    const net = await loadModel(graph);
    const outputs = net.run(new Float32Array(64 * 64 * 3).fill(0.5));
    expect(outputs.length).toBe(12);
    expect(outputs.every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  test.each<[SsdOptions, RegExp]>([
    [{ alpha: 0 }, /"alpha" expected a number above 0 and up to 1, got 0/],
    [{ resolution: 31 }, /"resolution" expected a whole number from 32 to 8192, got 31/],
    [{ classes: 0 }, /"classes" expected a whole number from 1 to 65536, got 0/],
    [{ seed: -1 }, /"seed" expected a whole number from 0 to 4294967295, got -1/],
  ])("refuses %j", (options, message) => {
    expect(() => ssdMobileNetV1(options)).toThrow(RangeError);
    expect(() => ssdMobileNetV1(options)).toThrow(message);
  });
});
