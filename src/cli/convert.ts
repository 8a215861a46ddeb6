/** mobilenet-simd convert: any model as a TensorFlow Lite file. */
import { readModel } from "../formats/index.js";
import { writeTflite } from "../formats/tflite/write.js";
import { toFloat16 } from "../ir/passes/float16.js";
import { prepare } from "../ir/passes/index.js";
import { withoutUnused } from "../ir/passes/unused.js";
import { readSource } from "../io/source.js";
import { parse, UsageError, type Command } from "./command.js";
import { checkOutput, FORCE_OPTION, writeOutput } from "./output.js";
import { print, printable } from "./terminal.js";

/** Bytes that a model may have. */
const MOST_BYTES = 2 ** 30;

const command: Command = {
  summary: "writes a model as a TensorFlow Lite file",
  help: `Usage: mobilenet-simd convert MODEL -o OUT.tflite [--float16] [--force]

Writes a model (.tflite, model.json, .safetensors, or a folder with one) as a .tflite file that other engines read, too,
with batch norm, padding and activations in the layers that they belong to. Here it gives the same outputs, bit for bit.

  -o, --output FILE   where to write it
  --float16           weights in half the bytes, which changes outputs a little
  --force             replace OUT.tflite if it exists; the model itself is never replaced
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      output: { type: "string", short: "o" },
      float16: { type: "boolean", default: false },
      ...FORCE_OPTION,
    });
    const [model, ...rest] = positionals;
    if (model === undefined || rest.length) throw new UsageError(`expected one model file, got ${positionals.length}`);
    if (values.output === undefined) throw new UsageError("-o expected the file to write, got none");
    await checkOutput(values.output, { inputs: [model], force: values.force });
    const graph = await prepare(await readModel(await readSource(model, "model", MOST_BYTES)), { padValues: false });
    const bytes = writeTflite(withoutUnused(values.float16 ? toFloat16(graph) : graph));
    await writeOutput(values.output, bytes);
    print(`${printable(values.output)}: ${bytes.length.toLocaleString("en-US")} bytes\n`);
    return 0;
  },
};

export default command;
