/** Several images at once give what each gives alone. */
import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { seededRandom } from "../../src/models/random.js";
import { loadModel } from "../support/load.js";
import { describeShared, sharedBytes } from "../support/shared.js";

const graph = mobileNetV1({ alpha: 0.25, resolution: 47, classes: 10 });
const LENGTH = 47 * 47 * 3;

function noise(images: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: images * LENGTH }, () => 2 * random() - 1);
}

function picture(seed: number) {
  const random = seededRandom(seed);
  return { data: Uint8Array.from({ length: 60 * 50 * 3 }, () => Math.floor(256 * random())), width: 60, height: 50 };
}

describe.each([1, 2])("a batch on %d threads", (threads) => {
  test("of full and of smaller size", async () => {
    const alone = await loadModel(graph);
    const net = await loadModel(graph, { batch: 5, threads });
    expect(net.batch).toBe(5);
    expect(net.inputs[0]!.shape).toEqual([5, 47, 47, 3]);
    for (const images of [5, 1, 3, 5, 2]) {
      const x = noise(images, images);
      const [output] = net.run(x);
      expect(output!.shape).toEqual([images, 10]);
      for (let i = 0; i < images; ++i) {
        const [single] = alone.run(x.slice(i * LENGTH, (i + 1) * LENGTH));
        expect(output!.data.slice(i * 10, (i + 1) * 10)).toEqual(single!.data);
      }
    }
    net.dispose();
  });

  test("of pictures, as many as there are", async () => {
    const alone = await loadModel(graph);
    const net = await loadModel(graph, { batch: 4, threads });
    const pictures = Array.from({ length: 9 }, (_, i) => picture(i));
    expect(net.classifyBatch(pictures, { topK: 3 })).toEqual(
      pictures.map((image) => alone.classify(image, { topK: 3 })),
    );
    expect(net.classify(pictures[7]!)).toEqual(alone.classify(pictures[7]!));
    expect(net.embed(pictures[7]!)).toEqual(alone.embed(pictures[7]!));
    expect(net.classifyBatch([])).toEqual([]);
    net.dispose();
  });
});

test("a network without a batch takes any number of pictures, one by one", async () => {
  const net = await loadModel(graph);
  const pictures = [picture(1), picture(2)];
  expect(net.classifyBatch(pictures)).toEqual(pictures.map((image) => net.classify(image)));
});

test.each([0, 6])("%d images for a batch of 5 are refused", async (images) => {
  const net = await loadModel(graph, { batch: 5 });
  expect(() => net.run(noise(images, 1))).toThrow(
    `"input" must be Float32Array of length ${LENGTH} for each of 1 to 5 images, got Float32Array of length ${images * LENGTH}`,
  );
});

test.each([0, 1.5, 5000])("a batch of %d is refused", async (batch) => {
  await expect(loadModel(graph, { batch })).rejects.toThrow(/"batch" must be an integer from 1 to 4096/);
});

test("a graph whose first dimension is no number of images is refused", async () => {
  const tensors = [
    { name: "x", shape: [3, 4], dtype: "float32" },
    { name: "y", shape: [3, 4], dtype: "float32" },
  ] as const;
  const odd = {
    tensors,
    ops: [{ type: "softmax", beta: 1, inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
  } as const;
  await expect(loadModel(odd, { batch: 2 })).rejects.toThrow(UnsupportedError);
});

describeShared("a real quantised network", () => {
  test("in a batch", async () => {
    const bytes = sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite");
    const alone = await loadModel(bytes);
    const net = await loadModel(bytes, { batch: 3 });
    const pictures = [picture(1), picture(2), picture(3), picture(4)];
    expect(net.classifyBatch(pictures)).toEqual(pictures.map((image) => alone.classify(image)));
    expect(net.labels).toEqual(alone.labels);
  });
});
