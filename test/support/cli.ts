/** The command line that the build made, in a process of its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";

/** The command, for tests that run it themselves. */
export const CLI = join(import.meta.dirname, "../../build/cli.js");

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = process.cwd()): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, MOBILENET_SIMD_MODEL: "", ...env }, cwd };
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
