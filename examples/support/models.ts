/** Models for the examples' tests: seeded ones, which need no file, and the real ones beside the repository. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { seededNetwork, type Precision } from "../../bench/models.js";
import { writeTflite } from "../../src/formats/tflite/write.js";

const EXAMPLES = join(import.meta.dirname, "..");
const CLI = join(EXAMPLES, "node_modules/mobilenet-simd/build/cli.js");
const SHARED = process.env.SHARED ?? join(import.meta.dirname, "../../../shared");

/** A MobileNet V1 with random weights, as a file. */
export function seededModel(alpha: number, resolution: number, precision: Precision): Uint8Array {
  return writeTflite(seededNetwork(alpha, resolution, precision));
}

/** A file beside the repository; undefined where there is none. */
export function sharedFile(path: string): Uint8Array<ArrayBuffer> | undefined {
  const file = join(SHARED, path);
  return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
}

/**
 * Runs the command in an example's README that compiles a model, and returns the module that it writes.
 *
 * @param files what the command reads, by path.
 */
export function compileByCommand(
  example: string,
  files: Readonly<Record<string, Uint8Array>>,
): Uint8Array<ArrayBuffer> {
  const readme = readFileSync(join(EXAMPLES, example, "README.md"), "utf8");
  const args = /^npx mobilenet-simd compile (.*)$/m.exec(readme)![1]!.split(" ");
  const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
  try {
    mkdirSync(join(folder, "src"));
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    execFileSync(process.execPath, [CLI, "compile", ...args], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    return new Uint8Array(readFileSync(join(folder, "src/model.wasm")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
