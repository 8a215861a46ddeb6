/**
 * For Node, Deno and Bun: script.js TASK FOLDER… prints what ran, in the order of the folders.
 *
 * The task is JSON: `file` in each folder is the model, `options` are for loadModel(); with `plain` the package is not
 * used. Each folder has the inputs and gets the outputs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { checkLayers, outputsOf, outputsOfPlain } from "./goldens.js";

const [task, ...folders] = process.argv.slice(2);
const { file, options, plain } = JSON.parse(task);
const read = (path) => new Uint8Array(readFileSync(path));

await checkLayers();
const reports = [];
for (const folder of folders) {
  const [path, inputs] = [`${folder}/${file}`, read(`${folder}/inputs.bin`)];
  const { runtime, outputs } = await (plain ? outputsOfPlain(read(path), inputs) : outputsOf(path, inputs, options));
  writeFileSync(`${folder}/outputs.bin`, outputs);
  reports.push(runtime);
}
console.log(JSON.stringify(reports));
