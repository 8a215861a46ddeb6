/** mobilenet-simd inspect: what is in a model file. */
import { formatShape } from "../ir/tensor.js";
import { loadModel, type Layer, type Network, type TensorInfo } from "../index.js";
import { parse, table, UsageError, type Command } from "./command.js";
import { print, printable } from "./terminal.js";

const command: Command = {
  summary: "prints the layers, cost and memory of a model",
  help: `Usage: mobilenet-simd inspect FILE [--json]

Prints the layers of a model (.tflite, model.json, .safetensors, or a folder with one) with shapes, quantisation, multiply-accumulates and
parameters, and the memory that running it takes.

  --json          everything as one JSON object
`,
  async run(args) {
    const { values, positionals } = parse(args, { json: { type: "boolean", default: false } });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length) throw new UsageError(`expected one model file, got ${positionals.length}`);
    const net = await loadModel(file);
    print(values.json ? `${JSON.stringify(summary(net), null, 2)}\n` : report(net));
    return 0;
  },
};

export default command;

function summary({ inputs, outputs, layers, memory, runtime, labels }: Network) {
  const multAdds = total(layers, "multAdds");
  const parameters = total(layers, "parameters");
  return { inputs, outputs, layers, multAdds, parameters, memory, runtime, labels: labels?.length ?? 0 };
}

function report(net: Network): string {
  const { inputs, outputs, layers, memory, labels } = net;
  const rows = layers.map(layerRow);
  const totals = [
    "",
    "total",
    "",
    "",
    "",
    "",
    "",
    number(total(layers, "multAdds")),
    number(total(layers, "parameters")),
  ];
  const head = [
    "#",
    "type",
    "window",
    "input",
    "output",
    "activation",
    "scale / zero point",
    "mult-adds",
    "parameters",
  ];
  const right = [true, false, false, true, true, false, true, true, true];
  return `${inputs.map((tensor) => tensorLine("input", tensor)).join("")}${outputs.map((tensor) => tensorLine("output", tensor)).join("")}
${table([head, ...rows, totals], right)}
labels  ${labels ? `${labels.length}, in the model's files` : "none in the model's files"}
memory  ${bytes(memory.total)}: weights ${bytes(memory.weights)}, activations ${bytes(memory.arena)}, scratch ${bytes(memory.scratch)}
`;
}

function tensorLine(kind: string, { name, dtype, shape, scale, zeroPoint }: TensorInfo): string {
  const quantization = scale === undefined ? "" : `, scale ${scale}, zero point ${zeroPoint}`;
  return `${kind.padEnd(7)} ${printable(name)}: ${dtype} ${formatShape(shape)}${quantization}\n`;
}

function layerRow({
  index,
  type,
  kernel,
  stride,
  inputShape,
  outputShape,
  activation,
  scale,
  zeroPoint,
  ...cost
}: Layer): string[] {
  return [
    String(index),
    type,
    kernel ? `${kernel.join("×")}${stride && (stride[0] > 1 || stride[1] > 1) ? ` / ${stride.join("×")}` : ""}` : "",
    formatShape(inputShape),
    formatShape(outputShape),
    activation === "none" ? "" : (activation ?? ""),
    scale === undefined ? "" : `${scale.toPrecision(6)} / ${zeroPoint}`,
    number(cost.multAdds),
    number(cost.parameters),
  ];
}

function total(layers: readonly Layer[], what: "multAdds" | "parameters"): number {
  return layers.reduce((sum, layer) => sum + layer[what], 0);
}

function number(value: number): string {
  return value ? value.toLocaleString("en-US") : "";
}

function bytes(count: number): string {
  return `${(count / 2 ** 20).toFixed(2)} MiB`;
}
