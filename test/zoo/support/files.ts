/** The files of the zoo: in packages of test/zoo/package.json, or in ../shared. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedPath } from "../../support/shared.js";

const PACKAGES = join(import.meta.dirname, "../node_modules");

/** The path of a file in a package. */
export function packagePath(...parts: string[]): string {
  return join(PACKAGES, ...parts);
}

/** The path of a model in ../shared/models/zoo. */
export function zooPath(name: string): string {
  return sharedPath("models", "zoo", name);
}

export function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}

/** Whether a file is there; says so if it is not. */
export function isThere(path: string): boolean {
  const found = existsSync(path);
  if (!found) console.warn(`skipping a network whose file is missing: ${path}`);
  return found;
}
