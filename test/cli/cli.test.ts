/** The command as people run it: what the build made, in a process of its own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { cli } from "../support/cli.js";
import { temporaryFolder } from "../support/files.js";
import { functional, SMALL, SMALL_WEIGHTS } from "../support/keras.js";
import { storeModel } from "../support/weights.js";

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
    for (const name of [
      "bench",
      "classify",
      "convert",
      "cost",
      "detect",
      "inspect",
      "profile",
      "faces",
      "demo",
      "demo-classify",
    ]) {
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
    [["classify", "x.jpg"], /--model expected a model file, got none/],
    [["classify", "--model", "m"], /expected at least one picture/],
    [["classify", "x.jpg", "--model", "m", "--top", "none"], /--top expected a whole number from 1, got none/],
    [["classify", "x.jpg", "--turbo"], /--turbo/],
    [["inspect"], /expected one model file, got 0/],
    [["cost", "--alpha", "wide"], /--alpha expected a number, got wide/],
    [["cost", "--alpha", "1.5"], /"alpha" expected a number above 0 and up to 1, got 1.5/],
    [["cost", "--resolution", "64x"], /--resolution expected a number, got \n/],
    [["cost", "--resolution", "64x64x3"], /--resolution expected pixels or HEIGHTxWIDTH, got 64x64x3/],
    [["cost", "--variant", "deep"], /"variant" expected one of separable, convolutional, shallow, got string "deep"/],
    [["cost", "--paper", "--alpha", "1"], /--paper expected no other network, got --alpha/],
    [["cost", "model.tflite"], /expected options only, got model.tflite/],
    [["profile"], /expected one model file, got 0/],
    [["profile", "m", "--threads", "many"], /--threads expected a whole number from 1, got many/],
    [["profile", "m", "--kernels", "fast"], /--kernels expected auto or simd or relaxed or wide, got fast/],
    [["profile", "m", "--precision", "int4"], /--precision expected float32, got int4/],
    [["profile", "m", "--time", "0"], /--time expected a whole number from 1, got 0/],
    [["demo-classify"], /expected at least one picture/],
    [["faces"], /expected at least one picture/],
    [["faces", "x.jpg", "--threshold", "2"], /--threshold expected a number from 0 to 1, got 2/],
    [["faces", "x.jpg", "-o", "x.gif"], /expected a file that ends in .jpg, .jpeg, .png, got x.gif/],
    [["faces", "x.jpg", "y.jpg", "-o", "z.png"], /--output expected one picture, got 2/],
    [["detect", "x.jpg"], /--model expected a model file, got none/],
    [["detect", "--model", "m"], /expected at least one picture/],
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
    const { code, stdout } = await cli(["classify", folder, "--json", "--threads", "2", "--kernels", "simd"], {
      MOBILENET_SIMD_MODEL: model,
    });
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

  test("takes a model of several files", async () => {
    for (const [name, bytes] of Object.entries(storeModel(functional(SMALL), SMALL_WEIGHTS, { shardBytes: 300 }))) {
      writeFileSync(join(folder, name), bytes);
    }
    const { code, stdout } = await cli(["inspect", join(folder, "model.json")]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^input +input_1: float32 1×9×8×3\noutput +predictions: float32 1×5\n/);
    const classified = await cli(["classify", join(folder, "a.jpg"), "--model", join(folder, "model.json"), "--json"]);
    expect(JSON.parse(classified.stdout)).toMatchObject({ classes: [{}, {}, {}, {}, {}] });
  });

  test("gives the same as JSON", async () => {
    const { stdout } = await cli(["inspect", model, "--json"]);
    const summary = JSON.parse(stdout) as { layers: { multAdds: number }[]; multAdds: number };
    expect(summary.layers.reduce((sum, { multAdds }) => sum + multAdds, 0)).toBe(summary.multAdds);
  });
});

describe("cost", () => {
  test("prints layers, types of layer and totals", async () => {
    const { code, stdout, stderr } = await cli(["cost"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^layer +type +input +output +mult-adds +% +parameters +%\nconv1 +Conv 3×3 \/ s2 +224×224×3 /,
    );
    expect(stdout).toMatch(/\nconv_dw_13 +Conv DW 3×3 +7×7×1024 +7×7×1024 +451,584 +0.08 +9,216 +0.22\n/);
    expect(stdout).toMatch(/\nConv 1×1 +539,492,352 +94.86 +3,139,584 +74.59\n/);
    expect(stdout).toMatch(/\ntotal +568,740,352 +100.00 +4,209,088 +100.00\n$/);
  });

  test("of any member, as JSON", async () => {
    const options = ["--alpha", "0.25", "--resolution", "40x50", "--variant", "convolutional", "--classes", "7"];
    const { stdout } = await cli(["cost", ...options, "--json"]);
    const { layers, types, total } = JSON.parse(stdout) as {
      layers: { type?: string; inputShape: number[]; weights: number }[];
      types: Record<string, { weights: number }>;
      total: { weights: number };
    };
    expect(layers[0]!.inputShape).toEqual([1, 40, 50, 3]);
    expect(Object.keys(types)).toEqual(["Conv 3×3", "Fully connected"]);
    expect(types["Fully connected"]!.weights).toBe(256 * 7);
    expect(layers.reduce((sum, { weights }) => sum + weights, 0)).toBe(total.weights);
  });

  test("prints the paper's figures beside ours, with what explains the three exceptions", async () => {
    const { code, stdout } = await cli(["cost", "--paper"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n +6 +0.5 MobileNet-224 +mult-adds +149 M +149.49\d{4} M\n/);
    expect(stdout).toMatch(/ 4866 M +4867.29\d{4} M +mult-adds without the classifier: 4866.2\d{5} M\n/);
    const explained = stdout.split("\n").filter((line) => / (M|%)  [a-z]/.test(line));
    expect(explained.length).toBe(3);
    const figures = JSON.parse((await cli(["cost", "--paper", "--json"])).stdout) as unknown[];
    expect(stdout.trim().split("\n").length).toBe(1 + figures.length);
  });
});

describe("profile", () => {
  test("prints layers and their sum", async () => {
    const { code, stdout, stderr } = await cli(["profile", model, "--time", "20", "--kernels", "simd"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^model.tflite, simd kernels, 1 thread, Node v\d+.*\n\nlayer +output +ms +GMAC\/s +KiB +share\n/,
    );
    expect(stdout).toMatch(/\ndepthwise \+ convolution +1×16×16×16 +\d+\.\d{3} +\d+\.\d +\d+ +\d+\.\d %\n/);
    expect(stdout).toMatch(/\ntotal +\d+\.\d{3} +\d+\.\d +\d+ +100.0 %\n$/);
  });

  test("gives the same as JSON, and draws it", async () => {
    const file = join(folder, "profile.svg");
    const options = ["--time", "20", "--threads", "2", "--precision", "float32", "--svg", file];
    const { stdout } = await cli(["profile", model, ...options, "--json"]);
    const { layers, threads, milliseconds, bytes } = JSON.parse(stdout) as {
      layers: { share: number; milliseconds: number; bytes: number }[];
      threads: number;
      milliseconds: number;
      bytes: number;
    };
    const total = (what: "share" | "milliseconds" | "bytes") => layers.reduce((sum, layer) => sum + layer[what], 0);
    expect(threads).toBe(2);
    expect(total("share")).toBeCloseTo(1, 9);
    expect(total("milliseconds")).toBeCloseTo(milliseconds, 9);
    expect(total("bytes")).toBe(bytes);
    const svg = readFileSync(file, "utf8");
    expect(svg.match(/<rect /g)!.length).toBe(layers.length);
    expect(svg).toMatch(/^<svg [^>]+>\n<style>[^<]+<\/style>\n(<(text|rect) [^>]+(\/>|>[^<]*<\/text>)\n)+<\/svg>\n$/);
  });

  test("says what is wrong with a model: exit code 1", async () => {
    const { code, stderr } = await cli(["profile", join(folder, "notes.txt")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^expected a .*\n$/);
  });
});
