/**
 * Checks random layers on the engine that runs it, and prints a summary.
 *
 *   node layers.js pairs step kernels.wasm...
 *
 * Kernels of a later file replace those of an earlier one.
 */
import { readFileSync } from "node:fs";
import { checkLayers } from "../layers.js";

const [pairs, step, ...files] = process.argv.slice(2);
const base = files.map((file) => new WebAssembly.Module(readFileSync(file)));
const rare = () => Promise.reject(new Error("these layers need no rare kernels"));
console.log(JSON.stringify(await checkLayers({ base, rare }, Number(pairs), Number(step))));
