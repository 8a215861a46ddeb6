/** mobilenet-simd demo: faces in a photo that comes with the development dependencies. */
import { fileURLToPath } from "node:url";
import { loadFaces } from "../faces.js";
import { parse, UsageError, type Command } from "./command.js";
import { checkPicture } from "./encode.js";
import { findFaces } from "./faces.js";
import { FORCE_OPTION } from "./output.js";
import { print } from "./terminal.js";

const SAMPLE = "@vladmandic/face-api/demo/sample1.jpg";
const OUTPUT = "faces.jpg";

const command: Command = {
  summary: "finds the faces in a sample photo",
  help: `Usage: mobilenet-simd demo [IMAGE] [--force]

Finds the faces in a photo, prints a table of them and writes ${OUTPUT}, the photo with boxes in it. Photo and weights
are those of the package @vladmandic/face-api, which this one's development needs; IMAGE is a photo of your own.

  --force           replace ${OUTPUT} if it exists; IMAGE is never replaced
`,
  async run(args) {
    const { values, positionals } = parse(args, FORCE_OPTION);
    if (positionals.length > 1) throw new UsageError(`expected one picture, got ${positionals.length}`);
    const paths = positionals.length ? positionals : [fileURLToPath(import.meta.resolve(SAMPLE))];
    await checkPicture(OUTPUT, paths, { inputs: [], force: values.force });
    const code = await findFaces(await loadFaces(), paths, 0.5, false, OUTPUT);
    if (code === 0) print(`\nThe photo with boxes in it: ${OUTPUT}\n`);
    return code;
  },
};

export default command;
