/** The command as people run it: what the build made, in a process of its own. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { temporaryFolder } from "../support/files.js";

const CLI = join(import.meta.dirname, "../../build/cli.js");

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, MOBILENET_SIMD_MODEL: "", ...env } };
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

const temporary = temporaryFolder();
let folder: string;
let model: string;
beforeAll(() => {
  folder = temporary();
  model = join(folder, "model.tflite");
  writeFileSync(model, writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 6 })));
  const data = new Uint8Array(40 * 30 * 4).map((_, i) => (i * 7) % 256);
  writeFileSync(join(folder, "a.jpg"), jpeg.encode({ data, width: 40, height: 30 }).data);
  mkdirSync(join(folder, "more"));
  writeFileSync(join(folder, "more", "b.JPEG"), jpeg.encode({ data, width: 30, height: 40 }).data);
  writeFileSync(join(folder, "notes.txt"), "no picture");
  writeFileSync(join(folder, "labels.txt"), "zero\none\ntwo\nthree\nfour\nfive\n");
});

describe("mobilenet-simd", () => {
  test("explains itself", async () => {
    const { code, stdout, stderr } = await cli(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of ["classify", "inspect", "demo"]) {
      expect(stdout).toContain(name);
      const help = await cli([name, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(new RegExp(`^Usage: mobilenet-simd ${name} `));
    }
  });

  test("tells its version", async () => {
    expect((await cli(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [[], /Usage/],
    [["dance"], /no command "dance"/],
    [["classify", "x.jpg"], /--model expected a .tflite file, got none/],
    [["classify", "--model", "m"], /expected at least one picture/],
    [["classify", "x.jpg", "--model", "m", "--top", "none"], /--top expected a whole number from 1, got none/],
    [["classify", "x.jpg", "--turbo"], /--turbo/],
    [["inspect"], /expected one model file, got 0/],
    [["demo"], /expected at least one picture/],
  ])("%j is wrong usage: exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("classify", () => {
  test("prints the classes of a picture", async () => {
    const { code, stdout } = await cli([
      "classify",
      join(folder, "a.jpg"),
      "--model",
      model,
      "--labels",
      join(folder, "labels.txt"),
      "--top",
      "2",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+a\.jpg\n( +\d+\.\d %  (zero|one|two|three|four|five)\n){2}$/);
  });

  test("takes the model from the environment, and folders", async () => {
    const { code, stdout } = await cli(["classify", folder, "--json"], { MOBILENET_SIMD_MODEL: model });
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { file: string; classes: unknown[] });
    expect(lines.map(({ file }) => file)).toEqual([join(folder, "a.jpg"), join(folder, "more", "b.JPEG")]);
    expect(lines[0]!.classes.length).toBe(5);
  });

  test("goes on after a file that is no picture: exit code 1", async () => {
    const files = ["notes.txt", "absent.jpg", "a.jpg"].map((name) => join(folder, name));
    const { code, stdout, stderr } = await cli(["classify", ...files, "--model", model, "--json"]);
    expect(code).toBe(1);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => Object.keys(JSON.parse(line) as object)[1]),
    ).toEqual(["error", "error", "classes"]);
    expect(stderr).toMatch(/notes\.txt: expected a JPEG, PNG or WebP file\n/);
    expect(stderr).toMatch(/absent\.jpg: ENOENT/);
  });

  test("says what is wrong with a model: exit code 1", async () => {
    const { code, stderr } = await cli(["classify", join(folder, "a.jpg"), "--model", join(folder, "notes.txt")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^expected a TensorFlow Lite file .*\n$/);
  });
});

describe("inspect", () => {
  test("prints layers, totals and memory", async () => {
    const { code, stdout } = await cli(["inspect", model]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^input +input: float32 1×32×32×3\noutput +softmax: float32 1×6\n/);
    expect(stdout).toMatch(/0 +convolution +3×3 \/ 2×2 +1×32×32×3 +1×16×16×8 +relu6 +55,296 +224\n/);
    expect(stdout).toMatch(/memory +\d+\.\d\d MiB/);
  });

  test("gives the same as JSON", async () => {
    const { stdout } = await cli(["inspect", model, "--json"]);
    const summary = JSON.parse(stdout) as { layers: { multAdds: number }[]; multAdds: number };
    expect(summary.layers.reduce((sum, { multAdds }) => sum + multAdds, 0)).toBe(summary.multAdds);
  });
});
