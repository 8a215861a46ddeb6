/** Faces on the command line, in a photo of the package that the weights are from. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../src/cli/decode.js";
import type { Face } from "../../src/faces/faces.js";
import { cli } from "../support/cli.js";
import { FACE_API } from "../support/faces.js";
import { temporaryFolder } from "../support/files.js";

const SAMPLE = fileURLToPath(new URL("demo/sample1.jpg", FACE_API));
const temporary = temporaryFolder();

describe("faces", () => {
  test("prints a table", async () => {
    const { code, stdout, stderr } = await cli(["faces", SAMPLE]);
    expect([code, stderr]).toEqual([0, ""]);
    const [file, head, ...rows] = stdout.trimEnd().split("\n");
    expect(file).toBe(SAMPLE);
    expect(head).toMatch(/^face +at +size +score +age +gender +expression$/);
    expect(rows.length).toBe(3);
    for (const row of rows)
      expect(row).toMatch(/^ +\d +\d+,\d+ +\d+×\d+ +\d+ % +\d+ +female \d+ % +(happy|sad) \d+ %$/);
  });

  test("writes the picture with boxes, and JSON", async () => {
    const output = join(temporary(), "out.png");
    const { code, stdout } = await cli(["faces", SAMPLE, "--json", "-o", output]);
    expect(code).toBe(0);
    const { file, faces } = JSON.parse(stdout) as { file: string; faces: Face[] };
    expect([file, faces.length]).toEqual([SAMPLE, 3]);
    expect(faces[0]!.landmarks!.length).toBe(68);
    const [before, after] = await Promise.all([SAMPLE, output].map(async (path) => decodeImage(readFileSync(path))));
    expect([after!.width, after!.height]).toEqual([before!.width, before!.height]);
    const { x, y, width } = faces[0]!.box;
    const at = (Math.round(y) * after!.width + Math.round(x + width / 2)) * 4;
    expect(Array.from(after!.data.subarray(at, at + 4))).toEqual([255, 214, 10, 255]);
    expect(Array.from(after!.data.subarray(0, 4))).toEqual(Array.from(before!.data.subarray(0, 4)));
  });

  test("says where weights could come from if there are none, and what is wrong with a picture", async () => {
    const folder = temporary();
    writeFileSync(join(folder, "x.jpg"), "no picture");
    const none = await cli(["faces", SAMPLE, "--weights", folder]);
    expect([none.code, none.stdout]).toEqual([1, ""]);
    expect(none.stderr).toMatch(/ENOENT.*ssd_mobilenetv1_model-weights_manifest.json/);
    const broken = await cli(["faces", join(folder, "x.jpg")]);
    expect([broken.code, broken.stdout]).toEqual([1, ""]);
    expect(broken.stderr).toMatch(/x.jpg: expected a JPEG, PNG or WebP file/);
  });
});

describe("demo", () => {
  test("finds the faces in the sample and writes the picture where it is run", async () => {
    const folder = temporary();
    const { code, stdout, stderr } = await cli(["demo"], {}, folder);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/sample1\.jpg\nface .*\n(.*female.*\n){3}\nThe photo with boxes in it: faces\.jpg\n$/);
    expect(existsSync(join(folder, "faces.jpg"))).toBe(true);
  });
});
