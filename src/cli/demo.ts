/** mobilenet-simd demo: faces in a photo that comes with the development dependencies. */
import { fileURLToPath } from "node:url";
import { loadFaces } from "../faces.js";
import { parse, type Command } from "./command.js";
import { findFaces } from "./faces.js";

const SAMPLE = "@vladmandic/face-api/demo/sample1.jpg";
const OUTPUT = "faces.jpg";

const command: Command = {
  summary: "finds the faces in a sample photo",
  help: `Usage: mobilenet-simd demo [IMAGE]

Finds the faces in a photo, prints a table of them and writes ${OUTPUT}, the photo with boxes in it. Photo and weights
are those of the package @vladmandic/face-api, which this one's development needs; IMAGE is a photo of your own.
`,
  async run(args) {
    const { positionals } = parse(args, {});
    const paths = positionals.length ? positionals.slice(0, 1) : [fileURLToPath(import.meta.resolve(SAMPLE))];
    const code = await findFaces(await loadFaces(), paths, 0.5, false, OUTPUT);
    if (code === 0) process.stdout.write(`\nThe photo with boxes in it: ${OUTPUT}\n`);
    return code;
  },
};

export default command;
