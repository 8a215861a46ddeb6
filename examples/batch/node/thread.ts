/** A thread of the pool: file names in, classes out, one after another. */
import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import { loadModel } from "mobilenet-simd";
import { PictureReader } from "mobilenet-simd-worker/picture.ts";
import { leastSide } from "mobilenet-simd-worker/questions.ts";
import { compileCodecs } from "./codecs.ts";
import type { Answer } from "./pool.ts";

const net = await loadModel(workerData as string);
const pictures = new PictureReader(await compileCodecs());

parentPort!.on("message", async (file: string) => {
  parentPort!.postMessage(await classify(file));
});
parentPort!.postMessage(undefined); // ready

async function classify(file: string): Promise<Answer> {
  try {
    const classes = await pictures.show(await readFile(file), leastSide(net), (image) => net.classify(image));
    return { classes };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
