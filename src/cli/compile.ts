/** mobilenet-simd compile: a model as one WebAssembly module. */
import { basename, dirname, extname, relative, resolve, sep } from "node:path";
import { createCompiler, type CompileOptions } from "../api/compile.js";
import { header } from "../compiler/emit/header.js";
import { binaries } from "../kernels/standalone.js";
import { expectOneOf, parse, parseCount, UsageError, type Command } from "./command.js";
import { checkOutput, FORCE_OPTION, writeOutput } from "./output.js";
import { print, printable } from "./terminal.js";

const command: Command = {
  summary: "writes a model as a WebAssembly module that runs alone",
  help: `Usage: mobilenet-simd compile MODEL -o OUT.wasm [options]

Writes a model (.tflite, model.json, .safetensors, or a folder with one, such as an export of Teachable Machine) as one
WebAssembly module: weights, the kernels that it uses, and
functions to run it. It imports nothing, so that every engine with SIMD runs it, from any language; loadModel() takes it,
too, and starts several times faster than from the model file. Outputs are the same, bit for bit.
docs/standalone.md describes its functions and has programs in JavaScript, Rust, Go, Python and C.

  -o, --output FILE     where to write the module
  --kernels NAME        simd runs in every engine; relaxed is faster, but needs relaxed SIMD; default: simd
  --image FILE          writes the weights to FILE instead, in the folder of the module or below it: engines keep data
                        in modules twice, so that large models start sooner
  --header FILE         writes a C header with sizes, types, quantisation and labels
  --labels FILE         class names, one a line; default: those in the model's files
  --precision float32   compiles a quantised model in float32
  --mean M --std S      a byte p of a picture becomes (p - M) / S; default: as the model's quantisation says, for
                        float32 127.5 and 127.5. Three numbers with commas are for red, green and blue
  --max-memory BYTES    memory that the model may take; default: 512 MiB
  --force               replaces files that exist
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      output: { type: "string", short: "o" },
      kernels: { type: "string", default: "simd" },
      image: { type: "string" },
      header: { type: "string" },
      labels: { type: "string" },
      precision: { type: "string" },
      mean: { type: "string" },
      std: { type: "string" },
      "max-memory": { type: "string" },
      ...FORCE_OPTION,
    });
    const [model, ...rest] = positionals;
    const { output, image, labels, precision, mean, std } = values;
    if (model === undefined || rest.length) throw new UsageError(`expected one model file, got ${positionals.length}`);
    if (output === undefined) throw new UsageError("-o expected the file to write, got none");
    if ((mean === undefined) !== (std === undefined)) throw new UsageError("--mean and --std expected each other");
    const outputs = [output, image, values.header].filter((file) => file !== undefined);
    expectDistinct(outputs);
    const inputs = labels === undefined ? [model] : [model, labels];
    for (const file of outputs) await checkOutput(file, { inputs, force: values.force });
    const maxMemory = values["max-memory"];
    const options: CompileOptions = {
      kernels: expectOneOf("--kernels", values.kernels, ["simd", "relaxed"]),
      ...(labels !== undefined && { labels }),
      ...(precision !== undefined && { precision: expectOneOf("--precision", precision, ["float32"]) }),
      ...(mean !== undefined &&
        std !== undefined && { normalization: { mean: channels("--mean", mean), std: channels("--std", std) } }),
      ...(maxMemory !== undefined && { maxMemory: parseCount("--max-memory", maxMemory) }),
    };
    const imageFile = image === undefined ? undefined : besideOf(output, image);
    const compiled = await createCompiler(binaries)(model, options, imageFile);
    const written: readonly (readonly [string, Uint8Array | string])[] = [
      ...(image === undefined ? [] : [[image, compiled.image] as const]),
      [output, compiled.code],
      ...(values.header === undefined
        ? []
        : [[values.header, header(compiled.description, identifier(output))] as const]),
    ];
    for (const [file, contents] of written) {
      await writeOutput(file, contents);
      print(`${printable(file)}: ${Buffer.byteLength(contents).toLocaleString("en-US")} bytes\n`);
    }
    return 0;
  },
};

/** Throws UsageError if two files to write are the same. */
function expectDistinct(outputs: readonly string[]): void {
  const paths = outputs.map((file) => resolve(file));
  const twice = paths.findIndex((path, index) => paths.indexOf(path) !== index);
  if (twice >= 0) throw new UsageError(`${outputs[twice]} expected to be another file than the others`);
}

/** The path of the image as seen from the module, which has to be in the same folder or above. */
function besideOf(output: string, image: string): string {
  const path = relative(dirname(resolve(output)), resolve(image));
  if (path.startsWith("..") || resolve(path) === path) {
    throw new UsageError(`--image expected a file in the folder of ${output} or below it, got ${image}`);
  }
  return path.split(sep).join("/");
}

/** One number, or three with commas. */
function channels(option: string, text: string): number | [number, number, number] {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const [red, green, blue] = numbers;
  if (!numbers.every(Number.isFinite) || (numbers.length !== 1 && numbers.length !== 3)) {
    throw new UsageError(`${option} expected a number or three with commas, got ${text}`);
  }
  return numbers.length === 1 ? red! : [red!, green!, blue!];
}

/** A name for C from the name of a file. */
function identifier(file: string): string {
  const name = basename(file, extname(file)).replaceAll(/[^A-Za-z0-9_]/g, "_");
  return /^[0-9]/.test(name) || name === "" ? `model_${name}` : name;
}

export default command;
