/** ImageNet classes of 100 photographs: the quantised models against their goldens, and in float32 against themselves. */
import { expect, test } from "vitest";
import { decodeFile } from "../support/inputs.js";
import { loadModel } from "../support/load.js";
import { describeShared, HAVE_SHARED, sharedBytes, sharedJson } from "../support/shared.js";

interface Accuracy {
  readonly results: readonly {
    readonly kernels: string;
    readonly preprocessing: "full" | "crop";
    readonly model: string;
    readonly top1: number;
    readonly top5_indices: readonly (readonly number[])[];
  }[];
}

const { results } = HAVE_SHARED ? sharedJson<Accuracy>("golden", "accuracy-imagenet-100.json") : { results: [] };
const files = HAVE_SHARED
  ? new TextDecoder()
      .decode(sharedBytes("images", "imagenet-100", "labels.csv"))
      .trim()
      .split("\n")
      .slice(1)
  : [];
const images = files.map((line) => {
  const [file, index] = line.split(",");
  return { image: decodeFile(`images/imagenet-100/${file}`), index: Number(index) + 1 };
});

describeShared("imagenet-100", () => {
  const classifiers = results.filter(({ kernels }) => kernels === "xnnpack");
  test.each(classifiers)("$model, $preprocessing: the classes of the goldens", async (golden) => {
    const net = await loadModel(sharedBytes("models", `${golden.model}.tflite`));
    const options = { topK: 5, crop: golden.preprocessing === "crop" ? 0.875 : 1 };
    const top5 = images.map(({ image }) => net.classify(image, options).map(({ index }) => index));
    expect(top5).toEqual(golden.top5_indices);
  });

  test.each(classifiers.filter(({ preprocessing }) => preprocessing === "full"))(
    "$model in float32",
    async ({ model, top1 }) => {
      const bytes = sharedBytes("models", `${model}.tflite`);
      const [quantised, float] = [await loadModel(bytes), await loadModel(bytes, { precision: "float32" })];
      const best = images.map(({ image }) =>
        [quantised, float].map((net) => net.classify(image, { topK: 1, crop: 1 })[0]!.index),
      );
      const correct = best.filter(([, inFloat], i) => inFloat === images[i]!.index).length;
      const agree = best.filter(([inBytes, inFloat]) => inBytes === inFloat).length;
      console.info(`${model}: ${top1} correct quantised, ${correct} in float32, ${agree} the same`);
      expect(Math.abs(correct - top1)).toBeLessThanOrEqual(2);
      expect(agree).toBeGreaterThanOrEqual(90);
    },
  );
});
