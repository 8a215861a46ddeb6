/** mobilenet-simd detect: finds what pictures show, and where. */
import { readFile } from "node:fs/promises";
import type { Detection } from "../api/detect.js";
import { loadModel } from "../index.js";
import { parseLabels } from "../formats/labels.js";
import { annotate } from "./annotate.js";
import {
  LOAD_HELP,
  LOAD_OPTIONS,
  loadOptions,
  parse,
  parseFraction,
  table,
  UsageError,
  type Command,
} from "./command.js";
import { checkPicture, writePicture } from "./encode.js";
import { FORCE_OPTION } from "./output.js";
import { eachPicture } from "./pictures.js";

const command: Command = {
  summary: "finds what pictures show, and where",
  help: `Usage: mobilenet-simd detect IMAGE… --model FILE [options]

Finds things in each picture, the surest first. IMAGE is a JPEG, PNG or WebP file, or a folder, which stands for all
such files in it and below it.

  --model FILE          a detector: a .tflite file that ends in TFLite_Detection_PostProcess, as SSD MobileNets do
  --labels FILE         class names, one a line; default: those in the model file
  --threshold N         give what has a higher score, 0 to 1; default: 0.5
  -o, --output FILE     a .png or .jpg file for the picture with boxes in it; for one IMAGE
  --force               replace FILE if it exists; an input is never replaced
${LOAD_HELP}
  --json                one JSON object a line for each picture
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      model: { type: "string" },
      labels: { type: "string" },
      threshold: { type: "string", default: "0.5" },
      output: { type: "string", short: "o" },
      ...FORCE_OPTION,
      json: { type: "boolean", default: false },
      ...LOAD_OPTIONS,
    });
    if (values.model === undefined) throw new UsageError("--model expected a model file, got none");
    const scoreThreshold = parseFraction("--threshold", values.threshold);
    if (!positionals.length) throw new UsageError("expected at least one picture, got none");
    const { output } = values;
    if (output !== undefined) {
      const inputs = [values.model, ...(values.labels === undefined ? [] : [values.labels])];
      await checkPicture(output, positionals, { inputs, force: values.force });
    }
    const labels = values.labels === undefined ? {} : { labels: parseLabels(await readFile(values.labels, "utf8")) };
    const net = await loadModel(values.model, { ...loadOptions(values), ...labels });
    return eachPicture(positionals, values.json, async (image) => {
      const found = net.detect(image, { scoreThreshold });
      if (output !== undefined) await writePicture(output, annotate(image, found.map(markOf)));
      return { text: listing(found), json: { detections: found } };
    });
  },
};

export default command;

function listing(found: readonly Detection[]): string {
  if (!found.length) return "  nothing\n";
  const rows = found.map(({ label, index, score, box }) => [
    label ?? String(index),
    `${(100 * score).toFixed(0)} %`,
    [box.x, box.y].map(Math.round).join(","),
    [box.width, box.height].map(Math.round).join("×"),
  ]);
  return table([["what", "score", "at", "size"], ...rows], [false, true, true, true]);
}

function markOf({ box, label, index, score }: Detection) {
  return { box, lines: [`${label ?? index} ${(100 * score).toFixed(0)} %`] };
}
