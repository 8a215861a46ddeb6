import { describe, expect, test } from "vitest";
import { costOf } from "../../src/ir/cost.js";
import { SeededLayers } from "../../src/models/builder.js";
import { seededRandom } from "../../src/models/random.js";
import { ssdHeads, ssdMobileNetV1, type SsdOptions } from "../../src/models/ssdmobilenetv1.js";
import { loadModel } from "../support/load.js";

describe("SSD MobileNet V1", () => {
  test("at 300×300 has the 1917 anchors and the cost of Table 13", () => {
    const { ops, tensors } = ssdMobileNetV1();
    const [encodings, scores, anchors] = ops.at(-1)!.inputs.map((input) => tensors[input]!.shape);
    expect([encodings, scores, anchors]).toEqual([
      [1, 1917, 4],
      [1, 1917, 91],
      [1917, 4],
    ]);
    const costs = ops.slice(0, -1).map((op) => costOf(op, tensors));
    const multAdds = costs.reduce((sum, cost) => sum + cost.multAdds, 0);
    const parameters = costs.reduce((sum, cost) => sum + cost.parameters, 0);
    expect((multAdds / 1e9).toFixed(1)).toBe("1.2");
    expect((parameters / 1e6).toFixed(1)).toBe("6.8");
  });

  test("is thinner by α in every layer but the predictors", () => {
    const net = new SeededLayers(1);
    const heads = ssdHeads(net, 0.25, 64, 2);
    expect(heads.slice(0, 2).map(({ encodings, logits }) => [net.shape(encodings), net.shape(logits)])).toEqual([
      [
        [1, 4, 4, 12],
        [1, 4, 4, 6],
      ],
      [
        [1, 2, 2, 24],
        [1, 2, 2, 12],
      ],
    ]);
    const { ops, tensors } = net.graph(heads.map(({ encodings }) => encodings));
    const features = ops.find(({ outputs }) => outputs[0] === heads[0]!.encodings)!.inputs[0]!;
    expect(tensors[features]!.shape).toEqual([1, 4, 4, 128]);
  });

  test("detects, the surest first and as many as wanted", async () => {
    const net = await loadModel(ssdMobileNetV1({ alpha: 0.25, resolution: 64, classes: 3, maxDetections: 20 }));
    const random = seededRandom(1);
    const data = Uint8Array.from({ length: 80 * 50 * 3 }, () => Math.floor(256 * random()));
    const found = net.detect({ data, width: 80, height: 50 }, { scoreThreshold: 0, maxDetections: 10 });
    expect(found.length).toBe(10);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(new Set(found.map(({ index }) => index)).size).toBeGreaterThan(1);
    for (const { box, index } of found) {
      expect(index).toBeLessThan(3);
      expect(box.width * box.height).toBeGreaterThan(0);
    }
  });

  test.each<[SsdOptions, RegExp]>([
    [{ alpha: 0 }, /"alpha" expected a number above 0 and up to 1, got 0/],
    [{ resolution: 31 }, /"resolution" expected a whole number from 32 to 8192, got 31/],
    [{ classes: 0 }, /"classes" expected a whole number from 1 to 65535, got 0/],
    [{ maxDetections: 0 }, /"maxDetections" expected a whole number from 1 to 1000, got 0/],
    [{ seed: -1 }, /"seed" expected a whole number from 0 to 4294967295, got -1/],
  ])("refuses %j", (options, message) => {
    expect(() => ssdMobileNetV1(options)).toThrow(RangeError);
    expect(() => ssdMobileNetV1(options)).toThrow(message);
  });
});
