/** What the command reads, writes and prints when files, names and readers are not as one would wish. */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { CLI, cli } from "../support/cli.js";
import { constantDetector } from "../support/detector.js";
import { temporaryFolder } from "../support/files.js";

const isPosix = process.platform !== "win32";
const isRoot = process.getuid?.() === 0;
const PICTURE = jpeg.encode({ data: new Uint8Array(40 * 20 * 4).fill(99), width: 40, height: 20 }).data;
const MODEL = writeTflite(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 6 }));
const temporary = temporaryFolder();
let detector: Uint8Array;
let count = 0;
let folder: string;
let model: string;

beforeAll(() => {
  detector = writeTflite(constantDetector([[0.25, 0.5, 0.75, 1]], [[0.1, 0.9]]));
});
beforeEach(() => {
  folder = join(temporary(), String(++count));
  mkdirSync(folder);
  model = join(temporary(), `${count}.tflite`);
  writeFileSync(model, MODEL);
});

const put = (name: string, contents: string | Uint8Array = PICTURE) => {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
};
const classify = (...args: string[]) => cli(["classify", ...args, "--model", model, "--json"]);
const filesIn = (stdout: string) =>
  stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { file: string }).file);

describe.runIf(isPosix)("a folder", () => {
  test("is searched without links, pipes and hidden files, with a line for each that may be missed", async () => {
    const picture = put("a.jpg");
    put(".hidden.jpg");
    mkdirSync(join(folder, ".git"));
    put(".git/c.jpg");
    mkdirSync(join(folder, "folder.jpg"));
    const below = put("folder.jpg/b.jpg");
    symlinkSync(picture, join(folder, "link.jpg"));
    symlinkSync("nowhere", join(folder, "dangling.png"));
    symlinkSync(folder, join(folder, "loop"));
    execFileSync("mkfifo", [join(folder, "pipe.webp")]);
    const { code, stdout, stderr } = await classify(folder);
    expect([code, filesIn(stdout)]).toEqual([0, [picture, below]]);
    const lines = stderr.trimEnd().split("\n").toSorted();
    expect(lines.map((line) => line.replace(`${folder}/`, ""))).toEqual([
      "dangling.png: skipped, as it is a symbolic link",
      "folder.jpg: skipped, as it is a folder and not a picture",
      "link.jpg: skipped, as it is a symbolic link",
      "loop: skipped, as it is a symbolic link",
      "pipe.webp: skipped, as it is a named pipe",
    ]);
  });

  test("without a picture is an error, and the others are searched", async () => {
    const picture = put("a.jpg");
    mkdirSync(join(folder, "empty"));
    const { code, stdout, stderr } = await classify(join(folder, "empty"), picture);
    expect([code, filesIn(stdout)]).toEqual([1, [picture]]);
    expect(stderr).toBe(`${join(folder, "empty")}: no JPEG, PNG or WebP file in it\n`);
  });

  test.skipIf(isRoot)("that cannot be read is an error, and the others are searched", async () => {
    const picture = put("a.jpg");
    mkdirSync(join(folder, "closed"));
    chmodSync(join(folder, "closed"), 0);
    const { code, stdout, stderr } = await classify(folder);
    expect([code, filesIn(stdout)]).toEqual([1, [picture]]);
    expect(stderr).toMatch(/^\S+closed: EACCES.*\n$/);
  });
});

test.runIf(isPosix)("a pipe and a device as a picture are errors, not a wait", async () => {
  execFileSync("mkfifo", [join(folder, "pipe.jpg")]);
  const { code, stderr } = await classify(join(folder, "pipe.jpg"), "/dev/zero");
  expect(code).toBe(1);
  expect(stderr.match(/: expected a regular file\n/g)?.length).toBe(2);
});

describe("the terminal", () => {
  const EVIL = "\u001b]0;title\u0007\u001b[31m\u009b2J\r\u202e";
  const CONTROL = /[^\P{Cc}\n]|\u202e/u;

  test.runIf(isPosix)("gets no controls from file names", async () => {
    const [sound, broken] = [put(`${EVIL}a.jpg`), put(`${EVIL}\nb.jpg`, "no picture")];
    for (const format of [[], ["--json"]]) {
      const { code, stdout, stderr } = await cli(["classify", folder, "--model", model, ...format]);
      expect(code).toBe(1);
      expect(stdout + stderr).not.toMatch(CONTROL);
      expect(stderr.split("\n").length).toBe(2);
      if (format.length) expect(filesIn(stdout).toSorted()).toEqual([sound, broken].toSorted());
      else expect(stdout).toContain("\\u001b]0;title\\u0007");
    }
  });

  test("gets none from labels and arguments", async () => {
    const picture = put("a.jpg");
    const labels = put("labels.txt", Array.from({ length: 6 }, (_, i) => `${EVIL}${i}`).join("\n"));
    const { code, stdout } = await cli(["classify", picture, "--model", model, "--labels", labels]);
    expect(code).toBe(0);
    expect(stdout).toContain("\\u001b[31m\\u009b2J");
    expect(stdout).not.toMatch(CONTROL);
    const wrong = await cli(["inspect", join(folder, `${EVIL}.tflite`)]);
    expect([wrong.code, CONTROL.test(wrong.stderr)]).toEqual([1, false]);
  });
});

describe("an output", () => {
  /** Commands that write a file, by the input that it could be confused with. */
  const writers = (input: string, output: string): Record<string, string[]> => ({
    convert: ["convert", input, "-o", output],
    profile: ["profile", input, "--time", "1", "--svg", output],
    detect: ["detect", put("d.jpg"), "--model", input, "-o", output],
  });

  test.each(["convert", "profile", "detect"])("of %s never replaces an input, by whatever name", async (name) => {
    const input = put("input.png", name === "detect" ? detector : MODEL);
    symlinkSync(input, join(folder, "link.png"));
    linkSync(input, join(folder, "hard.png"));
    const before = readFileSync(input);
    for (const output of ["input.png", "./input.png", "link.png", "hard.png"]) {
      const args = writers(input, `${folder}/${output}`)[name]!;
      const { code, stdout, stderr } = await cli([...args, "--force"]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/is an input, which is never overwritten\n$/);
      expect(readFileSync(input).equals(before)).toBe(true);
    }
  });

  test.each(["detect", "faces", "demo"])("of %s never replaces the picture", async (name) => {
    const picture = put("faces.jpg");
    const args = {
      detect: ["detect", picture, "--model", model, "-o", picture],
      faces: ["faces", picture, "-o", picture],
      demo: ["demo", picture],
    }[name]!;
    const { code, stderr } = await cli([...args, "--force"], {}, folder);
    expect([code, readFileSync(picture).equals(PICTURE)]).toEqual([2, true]);
    expect(stderr).toMatch(/never overwritten/);
  });

  test.each(["convert", "profile", "detect"])("of %s replaces another file only with --force", async (name) => {
    const input = put("input.tflite", name === "detect" ? detector : MODEL);
    const output = put("out.png", "precious");
    const args = writers(input, output)[name]!;
    const refused = await cli(args);
    expect([refused.code, readFileSync(output, "utf8")]).toEqual([2, "precious"]);
    expect(refused.stderr).toBe(`${output} exists; --force overwrites it\n`);
    expect((await cli([...args, "--force"])).code).toBe(0);
    expect(readFileSync(output, "utf8")).not.toBe("precious");
    expect(readdirSync(folder).filter((file) => file.endsWith(".partial"))).toEqual([]);
  });

  test("for one picture is not for a folder", async () => {
    put("a.jpg");
    const { code, stderr } = await cli(["detect", folder, "--model", model, "-o", join(folder, "o.png")]);
    expect([code, existsSync(join(folder, "o.png"))]).toEqual([2, false]);
    expect(stderr).toMatch(/--output expected one picture, got the folder/);
  });

  test("that cannot be written is a line, whatever the command", async () => {
    const output = join(folder, "absent", "out.png");
    for (const args of Object.values(writers(put("input.tflite", detector), output))) {
      const { code, stderr } = await cli(args);
      expect([code, stderr.split("\n").length]).toEqual([1, 2]);
      expect(stderr).toMatch(/cannot write .*ENOENT/);
    }
  });

  test.runIf(existsSync("/dev/full"))("on a full disk is a line", async () => {
    const { code, stderr } = await cli(["convert", model, "-o", "/dev/full"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cannot write \/dev\/full: ENOSPC.*\n$/);
  });
});

describe("the standard output", () => {
  test("that nobody reads ends the command quietly", async () => {
    const paths = Array.from({ length: 20 }, (_, i) => put(`${i}.jpg`));
    const child = spawn(process.execPath, [CLI, "classify", ...paths, "--model", model]);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, stderr]).toEqual([0, ""]);
  });

  test.runIf(existsSync("/dev/full"))("on a full disk ends it with a line", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [CLI, "inspect", model], { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    let stderr = "";
    child.stderr!.on("data", (chunk) => (stderr += String(chunk)));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cannot write to the standard output: ENOSPC.*\n$/);
  });
});
