/** mobilenet-simd classify: names what pictures show. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SingleBar } from "cli-progress";
import { loadModel, type Network } from "../index.js";
import { LOAD_HELP, LOAD_OPTIONS, loadOptions, parse, parseCount, UsageError, type Command } from "./command.js";
import { decodeImage } from "./decode.js";

const IMAGE_FILE = /\.(jpe?g|png|webp)$/i;

const command: Command = {
  summary: "names what pictures show",
  help: `Usage: mobilenet-simd classify IMAGE… --model FILE [options]

Names what each picture shows, most probable first. IMAGE is a JPEG, PNG or WebP file, or a folder, which stands for
all such files in it and below it.

  --model FILE          a classifier: .tflite, model.json or .safetensors; default: the environment variable MOBILENET_SIMD_MODEL
  --labels FILE         class names, one a line; default: those in the model file
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
      ...(labels !== undefined && { labels: labels.split(/\r?\n/) }),
    });
    return classifyFiles(net, positionals, topK, values.json);
  },
};

export default command;

/** Classifies files and folders and prints the results. Returns 1 if any file could not be read, else 0. */
export async function classifyFiles(
  net: Network,
  paths: readonly string[],
  topK: number,
  json: boolean,
): Promise<number> {
  const files = await expand(paths);
  const showProgress = files.length > 1 && process.stderr.isTTY && !process.stdout.isTTY;
  const bar = showProgress
    ? new SingleBar({ format: "{bar} {value}/{total} {file}", stream: process.stderr })
    : undefined;
  bar?.start(files.length, 0, { file: "" });
  let failures = 0;
  for (const file of files) {
    try {
      const image = await decodeImage(await readFile(file));
      const classes = net.classify(image, { topK });
      process.stdout.write(json ? `${JSON.stringify({ file, classes })}\n` : listing(file, classes));
    } catch (error) {
      ++failures;
      const { message } = error as Error;
      if (json) process.stdout.write(`${JSON.stringify({ file, error: message })}\n`);
      process.stderr.write(`${file}: ${message}\n`);
    }
    bar?.increment({ file });
  }
  bar?.stop();
  return failures ? 1 : 0;
}

function listing(file: string, classes: ReturnType<Network["classify"]>): string {
  const lines = classes.map(({ label, probability }) => `${(100 * probability).toFixed(1).padStart(6)} %  ${label}\n`);
  return `${file}\n${lines.join("")}`;
}

/** Folders become the pictures in them, by name. */
async function expand(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const isFolder = await stat(path).then(
        (entry) => entry.isDirectory(),
        () => false,
      );
      if (!isFolder) return [path];
      const names = await readdir(path, { recursive: true });
      return names
        .filter((name) => IMAGE_FILE.test(name))
        .toSorted()
        .map((name) => join(path, name));
    }),
  );
  return files.flat();
}
