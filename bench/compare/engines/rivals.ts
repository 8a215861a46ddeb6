/** Where the rivals are installed: bench/compare/node_modules. */
import { createRequire } from "node:module";
import { COMPARE } from "../folders.js";

/** require() of CommonJS from there. */
export const rivalRequire = createRequire(new URL("package.json", COMPARE));

/** The path of a rival's file. */
export function rivalPath(module: string): string {
  return rivalRequire.resolve(module);
}
