/**
 * The programs whose start is measured against each other: as short as a user would write them, with neither the bench's
 * own process nor a message channel. Each prints a Report once it has its first result.
 */
import { pathToFileURL } from "node:url";

/** A model as files. */
export interface ModelFiles {
  readonly tflite: string;
  /** Compiled, weights in data segments. */
  readonly module: string;
  /** Compiled, weights in a file of their own. */
  readonly code: string;
  readonly image: { readonly file: string; readonly address: number; readonly bytes: number };
  /** The input in NHWC. */
  readonly input: string;
  readonly dtype: "float32" | "uint8";
  /** Of the first output. */
  readonly outputBytes: number;
}

/** Printed as JSON. */
export interface Report {
  /** process.hrtime.bigint(), which all processes of a machine share. */
  readonly ended: string;
  /** The output's bytes in base64. */
  readonly output: string;
}

const REPORT = `
const ended = String(process.hrtime.bigint());
const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
process.stdout.write(JSON.stringify({ ended, output: bytes.toString("base64") }));
`;

/** Does nothing: what Node itself takes. */
export const EMPTY = `const output = new Uint8Array();${REPORT}`;

/** Loads the .tflite file with the package whose entry that is. */
export function tfliteProgram(entry: string, { tflite, input, dtype }: ModelFiles): string {
  return `import { readFileSync } from "node:fs";
import { loadModel } from ${quote(pathToFileURL(entry).href)};
const net = await loadModel(${quote(tflite)});
const { buffer, byteOffset, length } = readFileSync(${quote(input)});
const [{ data: output }] = net.run(${
    dtype === "float32"
      ? "new Float32Array(buffer, byteOffset, length / 4)"
      : "new Uint8Array(buffer, byteOffset, length)"
  });
${REPORT}`;
}

/** docs/standalone.md's program on tensors. */
export function moduleProgram({ module, input, outputBytes }: ModelFiles): string {
  return `import { readFileSync } from "node:fs";
const { instance } = await WebAssembly.instantiate(readFileSync(${quote(module)}));
${runProgram(input, outputBytes)}`;
}

/** The same, and the image goes from the file straight to memory. */
export function imageProgram({ code, image, input, outputBytes }: ModelFiles): string {
  return `import { openSync, readFileSync, readSync } from "node:fs";
const { instance } = await WebAssembly.instantiate(readFileSync(${quote(code)}));
const image = new Uint8Array(instance.exports.memory.buffer, ${image.address}, ${image.bytes});
if (readSync(openSync(${quote(image.file)}), image) !== ${image.bytes}) throw new Error("image cut short");
${runProgram(input, outputBytes)}`;
}

function runProgram(input: string, outputBytes: number): string {
  return `const { memory, input, output: outputOf, run } = instance.exports;
new Uint8Array(memory.buffer).set(readFileSync(${quote(input)}), input(0));
if (run()) throw new Error("not run");
const output = new Uint8Array(memory.buffer, outputOf(0), ${outputBytes});
${REPORT}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
