/** mobilenet-simd cost: the paper's cost model. */
import { formatShape } from "../ir/tensor.js";
import { describeLayers, type Layer } from "../ir/layers.js";
import {
  MOBILENET_VARIANTS,
  mobileNetV1,
  type MobileNetOptions,
  type MobileNetVariant,
} from "../models/mobilenetv1.js";
import { paperFigures, type PaperFigure } from "../models/paper.js";
import { tallyTypes, totalOf, typesOf, type Tally } from "../models/tally.js";
import { parse, table, UsageError, type Command } from "./command.js";
import { print } from "./terminal.js";

const command: Command = {
  summary: "prints what the networks of the paper cost",
  help: `Usage: mobilenet-simd cost [options]

Prints the mult-adds and parameters of a MobileNet V1, as the paper counts them (weights without biases): for each
layer, each type of layer and in total.

  --alpha A         the width multiplier, above 0 and up to 1; default: 1
  --resolution R    pixels of a side of the input, 224 times the resolution multiplier, or HEIGHTxWIDTH; default: 224
  --variant NAME    ${MOBILENET_VARIANTS.join(", ")}: Tables 1, 4 and 5 of the paper; default: separable
  --classes N       classes of the classifier; default: 1000
  --paper           instead, every figure on cost in Tables 2 to 7 of the paper, and ours beside it
  --json            everything as one JSON object, or with --paper one array
`,
  async run(args) {
    const {
      values: { paper, json, ...network },
      positionals,
    } = parse(args, {
      alpha: { type: "string" },
      resolution: { type: "string" },
      variant: { type: "string" },
      classes: { type: "string" },
      paper: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    });
    if (positionals.length) throw new UsageError(`expected options only, got ${positionals[0]}`);
    const [given] = Object.keys(network);
    if (paper && given) throw new UsageError(`--paper expected no other network, got --${given}`);
    if (paper) {
      const figures = paperFigures();
      print(json ? `${JSON.stringify(figures, null, 2)}\n` : comparison(figures));
    } else {
      const layers = layersOf(network);
      print(json ? `${JSON.stringify(summary(layers), null, 2)}\n` : report(layers));
    }
    return 0;
  },
};

export default command;

/** The options that say which network, as given. */
interface NetworkValues {
  readonly alpha?: string | undefined;
  readonly resolution?: string | undefined;
  readonly variant?: string | undefined;
  readonly classes?: string | undefined;
}

/** The layers of the network that the options describe. Throws UsageError. */
function layersOf(options: NetworkValues): readonly Layer[] {
  const { alpha = "1", resolution = "224", variant = "separable", classes = "1000" } = options;
  const [height, width = height, ...rest] = resolution.split("x").map((side) => parseNumber("--resolution", side));
  if (rest.length) throw new UsageError(`--resolution expected pixels or HEIGHTxWIDTH, got ${resolution}`);
  const network: MobileNetOptions = {
    variant: variant as MobileNetVariant,
    alpha: parseNumber("--alpha", alpha),
    height: height!,
    width: width!,
    classes: parseNumber("--classes", classes),
  };
  try {
    return describeLayers(mobileNetV1(network));
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function parseNumber(option: string, text: string): number {
  const number = text.trim() ? Number(text) : NaN;
  if (Number.isNaN(number)) throw new UsageError(`${option} expected a number, got ${text}`);
  return number;
}

function summary(layers: readonly Layer[]) {
  const types = typesOf(layers);
  return {
    layers: layers.map(({ name, kernel, stride, inputShape, outputShape, multAdds, weights }, index) => {
      return { name, type: types[index], kernel, stride, inputShape, outputShape, multAdds, weights };
    }),
    types: Object.fromEntries(tallyTypes(layers)),
    total: totalOf(layers),
  };
}

function report(layers: readonly Layer[]): string {
  const total = totalOf(layers);
  const types = typesOf(layers);
  const shown = layers.filter((_, index) => types[index] !== undefined);
  const costs = (tally: Tally) => [
    tally.multAdds.toLocaleString("en-US"),
    share(tally.multAdds, total.multAdds),
    tally.weights.toLocaleString("en-US"),
    share(tally.weights, total.weights),
  ];
  const rows = shown.map((layer) => [
    layer.name,
    `${types[layer.index]!}${layer.stride![0] > 1 ? ` / s${layer.stride![0]}` : ""}`,
    formatShape(layer.inputShape.slice(1)),
    formatShape(layer.outputShape.slice(1)),
    ...costs(layer),
  ]);
  const sums = [...tallyTypes(layers)].map(([type, tally]) => [type, ...costs(tally)]);
  const head = ["mult-adds", "%", "parameters", "%"];
  return `${table([["layer", "type", "input", "output", ...head], ...rows], [false, false, true, true, true, true, true, true])}
${table([["type of layer", ...head], ...sums, ["total", ...costs(total)]], [false, true, true, true, true])}`;
}

function share(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(2);
}

/** The figures of the paper, ours to the last mult-add beside them, and where ours read otherwise the reason. */
function comparison(figures: readonly PaperFigure[]): string {
  const rows = figures.map(({ table: number, row, quantity, unit, printed, ours, exception }) => {
    const exactly = (value: number) => `${value.toFixed(unit === "M" ? 6 : 4)} ${unit}`;
    const value = exception?.value === undefined ? "" : `: ${exactly(exception.value)}`;
    const note = exception ? `${exception.reason}${value}` : "";
    return [String(number), row, quantity, `${printed} ${unit}`, exactly(ours), note];
  });
  const head = ["table", "row", "quantity", "paper", "ours", ""];
  return table([head, ...rows], [true, false, false, true, true, false]);
}
