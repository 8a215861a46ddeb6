/** For bundlers of edge functions, run in Node: a compiled model that is imported as a module, in the folder with its inputs. */
import { readFileSync, writeFileSync } from "node:fs";
import model from "./compiled.simd.wasm?module";
import { outputsOf } from "./goldens.js";

const { runtime, outputs } = await outputsOf(model, new Uint8Array(readFileSync("inputs.bin")), { threads: 2 });
writeFileSync("outputs.bin", outputs);
console.log(JSON.stringify(runtime));
