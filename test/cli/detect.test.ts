/** Detection on the command line. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { cli } from "../support/cli.js";
import { constantDetector } from "../support/detector.js";
import { temporaryFolder } from "../support/files.js";

const temporary = temporaryFolder();
let folder: string;
let args: readonly string[];
beforeAll(() => {
  folder = temporary();
  const detector = constantDetector(
    [
      [0.25, 0.5, 0.75, 1],
      [0, 0, 1, 0.5],
    ],
    [
      [0.1, 0.9],
      [0.4, 0.2],
    ],
  );
  writeFileSync(join(folder, "detector.tflite"), writeTflite(detector));
  writeFileSync(join(folder, "labels.txt"), "cat\ndog\n");
  const data = new Uint8Array(40 * 20 * 4).fill(99);
  writeFileSync(join(folder, "a.jpg"), jpeg.encode({ data, width: 40, height: 20 }).data);
  args = ["detect", join(folder, "a.jpg"), "--model", join(folder, "detector.tflite")];
});

describe("detect", () => {
  test("prints what is where, and draws it", async () => {
    const output = join(folder, "boxes.png");
    const { code, stdout, stderr } = await cli([...args, "--labels", join(folder, "labels.txt"), "-o", output]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`${join(folder, "a.jpg")}\nwhat  score    at   size\ndog    90 %  20,5  20×10\n`);
    expect(existsSync(output)).toBe(true);
  });

  test("prints JSON, down to a threshold", async () => {
    const { stdout } = await cli([...args, "--json", "--threshold", "0.3"]);
    const { detections } = JSON.parse(stdout) as { detections: { index: number; box: object }[] };
    expect(detections.map(({ index }) => index)).toEqual([1, 0]);
    expect(detections[1]!.box).toEqual({ x: 0, y: 0, width: 20, height: 20 });
  });
});
