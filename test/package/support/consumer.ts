/** A folder of somebody who uses the package: it was empty, and the packed tarball is installed in it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTflite } from "../../../src/formats/tflite/read.js";
import { goldenInputs, GOLDEN_MODELS, inputOf } from "../../support/goldens.js";
import { HAVE_SHARED, sharedBytes } from "../../support/shared.js";
import { FOLDER, ROOT } from "./tools.js";

/** The models of the goldens; each has a folder of its name in the consumer's. */
export const MODELS = Object.keys(GOLDEN_MODELS);

/** The model of the tests that need only one. */
export const MODEL = "mobilenet_v1_0.25_128_quant";

export interface Consumer {
  readonly folder: string;
  readonly tarball: string;
  /** What npm printed on installing it. */
  readonly installation: string;
}

/**
 * Packs the output of the build and installs it beside the programs.
 *
 * The folder of each model has the programs too, the model, the same compiled, and the inputs.
 */
export async function createConsumer(): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  const npm = (args: readonly string[], cwd: string) =>
    execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const tarball = npm(["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], ROOT).trim();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const installation = execFileSync("sh", ["-c", `npm install ./${tarball} --no-audit --no-fund 2>&1`], {
    cwd: folder,
    encoding: "utf8",
  });
  // For the programs in the docs. Deno and Bun read the dependencies.
  cpSync(join(ROOT, "node_modules/jpeg-js"), join(folder, "node_modules/jpeg-js"), { recursive: true });
  const dependencies = { "jpeg-js": "*", "mobilenet-simd": "*" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  const programs = join(FOLDER, "programs");
  cpSync(programs, folder, { recursive: true });
  if (HAVE_SHARED) {
    for (const name of MODELS) {
      const own = join(folder, name);
      const model = sharedBytes("models", `${name}.tflite`);
      cpSync(programs, own, { recursive: true });
      writeFileSync(join(own, "model.tflite"), model);
      writeFileSync(join(own, "inputs.bin"), await inputsOf(name, model));
    }
    execFileSync(process.execPath, ["compile.js", "compiled", ...MODELS], { cwd: folder, stdio: "inherit" });
  }
  return { folder, tarball: join(folder, tarball), installation };
}

/** The bytes of all golden inputs, one after the other. */
async function inputsOf(name: string, model: Uint8Array): Promise<Uint8Array> {
  const { tensors, inputs } = await readTflite(model);
  const size = tensors[inputs[0]!]!.shape[1]!;
  const rows = goldenInputs().map((input) => inputOf(input, GOLDEN_MODELS[name]!, size));
  return Buffer.concat(rows.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
}
