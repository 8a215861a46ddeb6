/** mobilenet-simd classify: names what pictures show. */
import { readFile } from "node:fs/promises";
import { loadModel, type Network } from "../index.js";
import { parseLabels } from "../formats/labels.js";
import { LOAD_HELP, LOAD_OPTIONS, loadOptions, parse, parseCount, UsageError, type Command } from "./command.js";
import { eachPicture } from "./pictures.js";

const command: Command = {
  summary: "names what pictures show",
  help: `Usage: mobilenet-simd classify IMAGE… --model FILE [options]

Names what each picture shows, most probable first. IMAGE is a JPEG, PNG or WebP file, or a folder, which stands for
all such files in it and below it.

  --model FILE          a classifier: .tflite, model.json, .safetensors, or a folder with one, such as an export of Teachable
                        Machine; default: the environment variable MOBILENET_SIMD_MODEL
  --labels FILE         class names, one a line; default: those in the model's files
  --top N               how many classes to print; default: 5
${LOAD_HELP}
  --json                one JSON object a line for each picture
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      model: { type: "string" },
      labels: { type: "string" },
      top: { type: "string", default: "5" },
      ...LOAD_OPTIONS,
      json: { type: "boolean", default: false },
    });
    const model = values.model ?? process.env.MOBILENET_SIMD_MODEL;
    if (!model) throw new UsageError("--model expected a model file, got none (nor MOBILENET_SIMD_MODEL)");
    const topK = parseCount("--top", values.top);
    if (!positionals.length) throw new UsageError("expected at least one picture, got none");
    const labels = values.labels === undefined ? undefined : await readFile(values.labels, "utf8");
    const net = await loadModel(model, {
      ...loadOptions(values),
      ...(labels !== undefined && { labels: parseLabels(labels) }),
    });
    return classifyFiles(net, positionals, topK, values.json);
  },
};

export default command;

/** Classifies files and folders and prints the results. Returns 1 if any file could not be read, else 0. */
export function classifyFiles(net: Network, paths: readonly string[], topK: number, asJson: boolean): Promise<number> {
  return eachPicture(paths, asJson, (image) => {
    const classes = net.classify(image, { topK });
    return { text: listing(classes), json: { classes } };
  });
}

function listing(classes: ReturnType<Network["classify"]>): string {
  return classes
    .map(({ label, index, score }) => `${(100 * score).toFixed(1).padStart(6)} %  ${label ?? index}\n`)
    .join("");
}
