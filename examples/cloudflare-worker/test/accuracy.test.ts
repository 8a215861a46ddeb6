/** Photographs that were decoded scaled down are recognised as well as whole ones. */
import { loadModel } from "mobilenet-simd";
import { expect, test } from "vitest";
import { compileCodecs } from "../../batch/node/codecs.ts";
import { sharedFile } from "../../support/models.ts";
import { PictureReader } from "../src/picture.ts";
import { leastSide } from "../src/questions.ts";

const FOLDER = "images/imagenet-100";
const list = sharedFile(`${FOLDER}/labels.csv`);
if (!list) console.warn("skipping the accuracy of scaled pictures: no ../shared/images");

/** No side is as small: the picture stays whole. */
const WHOLE = 10_000;

test.skipIf(!list).each(["mobilenet_v1_0.25_128_quant", "mobilenet_v1_0.75_192_quant"])("%s", async (name) => {
  const net = await loadModel(sharedFile(`models/${name}.tflite`)!);
  const reader = new PictureReader(await compileCodecs());
  const rows = new TextDecoder().decode(list).trim().split("\n").slice(1);
  const right = async (least: number) => {
    const counts = { first: 0, amongFive: 0 };
    for (const row of rows) {
      const [file, index] = row.split(",") as [string, string];
      const classes = await reader.show(sharedFile(`${FOLDER}/${file}`)!, least, (image) => net.classify(image));
      const place = classes.findIndex((found) => found.index === Number(index) + 1); // 0 is the background
      if (place === 0) ++counts.first;
      if (place >= 0) ++counts.amongFive;
    }
    return counts;
  };
  const [scaled, whole] = [await right(leastSide(net)), await right(WHOLE)];
  const say = ({ first, amongFive }: typeof whole) => `${first} first, ${amongFive} among five`;
  console.info(`${name}: of ${rows.length} photographs ${say(scaled)}; decoded whole ${say(whole)}`);
  expect(scaled.first).toBeGreaterThanOrEqual(whole.first - 5);
  expect(scaled.amongFive).toBeGreaterThanOrEqual(whole.amongFive - 5);
});
