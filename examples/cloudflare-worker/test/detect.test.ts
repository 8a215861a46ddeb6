/** The Worker with a detector: boxes in pixels of the picture that was sent, however small it was decoded. */
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../../src/formats/tflite/write.js";
import { constantDetector } from "../../../test/support/detector.js";
import { ask } from "../../support/http.ts";
import { oriented, seededPixels, toJpeg } from "../../support/pictures.ts";
import { bundle, start } from "../../support/workers.ts";

const DETECTOR = writeTflite(
  constantDetector(
    [
      [0.25, 0.5, 0.75, 1],
      [0, 0, 1, 0.5],
    ],
    [
      [0.1, 0.9],
      [0.4, 0.2],
    ],
  ),
);
const JPEG = toJpeg(seededPixels(400, 300, 1));

let worker: Miniflare;
let url: URL;
beforeAll(async () => {
  const files = { "model.tflite": DETECTOR }; // has an operator that runs on the host, so it cannot be compiled
  worker = await start(bundle("detector", { folder: "cloudflare-worker", env: "tflite", files }));
  url = await worker.ready;
});
afterAll(() => worker?.dispose());

const post = (body: Uint8Array<ArrayBuffer>, path: string) => ask(url, path, { method: "POST", body });

describe("a detector", () => {
  test("says what is where", async () => {
    const { status, body } = await post(JPEG, "/detect");
    expect(status).toBe(200);
    const box = { x: 200, y: 75, width: 200, height: 150 };
    expect(body.detections).toEqual([{ box, score: Math.fround(0.9), index: 1 }]);
  });

  test("in a picture that the camera held upright", async () => {
    const { body } = await post(oriented(JPEG, 6), "/detect");
    expect(body.detections![0]!.box).toEqual({ x: 150, y: 100, width: 150, height: 200 });
  });

  test("down to the score that was asked for", async () => {
    expect((await post(JPEG, "/detect?score=0.3")).body.detections).toHaveLength(2);
    const refused = await post(JPEG, "/detect?score=high");
    expect([refused.status, refused.body.error]).toEqual([400, '"score" expected a number from 0 to 1']);
  });
});
