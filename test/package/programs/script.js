/** For Node, Deno and Bun: script.js MODEL INPUTS OUTPUTS OPTIONS writes the outputs and prints what ran. */
import { readFileSync, writeFileSync } from "node:fs";
import { outputsOf } from "./goldens.js";

const [model, inputs, file, options] = process.argv.slice(2);
const { runtime, outputs } = await outputsOf(model, new Uint8Array(readFileSync(inputs)), JSON.parse(options));
writeFileSync(file, outputs);
console.log(JSON.stringify(runtime));
