/** A folder of somebody who uses the package: it was empty, and the packed tarball is installed in it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldenInputs, rgbOf } from "../../support/inputs.js";
import { HAVE_SHARED, sharedBytes } from "../../support/shared.js";
import { FOLDER, ROOT } from "./tools.js";

export const MODEL = "mobilenet_v1_0.25_128_quant";
const SIZE = 128;

export interface Consumer {
  readonly folder: string;
  readonly tarball: string;
  /** What npm printed on installing it. */
  readonly installation: string;
}

/** Packs what the build left, installs it, and puts the programs, the model and the inputs beside it. */
export function createConsumer(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  const npm = (args: readonly string[], cwd: string) =>
    execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const tarball = npm(["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], ROOT).trim();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const installation = execFileSync("sh", ["-c", `npm install ./${tarball} --no-audit --no-fund 2>&1`], {
    cwd: folder,
    encoding: "utf8",
  });
  cpSync(join(FOLDER, "programs"), folder, { recursive: true });
  if (HAVE_SHARED) {
    const rows = goldenInputs().map((input) => rgbOf(input, SIZE));
    writeFileSync(join(folder, "inputs.bin"), Buffer.concat(rows));
    writeFileSync(join(folder, "model.tflite"), sharedBytes("models", `${MODEL}.tflite`));
  }
  return { folder, tarball: join(folder, tarball), installation };
}
