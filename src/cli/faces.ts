/** mobilenet-simd faces: finds the faces in pictures and says what networks make of them. */
import type { Face, Faces } from "../faces/faces.js";
import { loadFaces } from "../faces.js";
import { annotate } from "./annotate.js";
import { parse, parseFraction, percent, table, UsageError, type Command } from "./command.js";
import { checkPicture, writePicture } from "./encode.js";
import { FORCE_OPTION } from "./output.js";
import { eachPicture } from "./pictures.js";

const command: Command = {
  summary: "finds faces, and guesses age, gender and expression",
  help: `Usage: mobilenet-simd faces IMAGE… [options]

Finds the faces in each picture, the surest first, with guesses of age, gender and expression from their pixels. IMAGE
is a JPEG, PNG or WebP file, or a folder, which stands for all such files in it and below it.

  -o, --output FILE a .png or .jpg file for the picture with boxes in it; for one IMAGE
  --force           replace FILE if it exists; IMAGE is never replaced
  --threshold N     give faces with a higher score, 0 to 1; default: 0.5
  --weights FOLDER  the models of @vladmandic/face-api; default: those of the installed package
  --json            one JSON object a line for each picture, with landmarks
`,
  async run(args) {
    const { values, positionals } = parse(args, {
      output: { type: "string", short: "o" },
      threshold: { type: "string", default: "0.5" },
      weights: { type: "string" },
      ...FORCE_OPTION,
      json: { type: "boolean", default: false },
    });
    const scoreThreshold = parseFraction("--threshold", values.threshold);
    if (!positionals.length) throw new UsageError("expected at least one picture, got none");
    if (values.output !== undefined) {
      await checkPicture(values.output, positionals, { inputs: [], force: values.force });
    }
    const faces = await loadFaces(values.weights === undefined ? {} : { weights: values.weights });
    return findFaces(faces, positionals, scoreThreshold, values.json, values.output);
  },
};

export default command;

/** Finds faces in files and folders and prints them. Returns 1 if any file could not be read, else 0. */
export function findFaces(
  faces: Faces,
  paths: readonly string[],
  scoreThreshold: number,
  asJson: boolean,
  output: string | undefined,
): Promise<number> {
  return eachPicture(paths, asJson, async (image) => {
    const wanted = { age: true, gender: true, expressions: true, landmarks: true, scoreThreshold };
    const found = faces.detect(image, wanted);
    if (output !== undefined) await writePicture(output, annotate(image, found.map(markOf)));
    return { text: listing(found), json: { faces: found } };
  });
}

function listing(faces: readonly Face[]): string {
  if (!faces.length) return "  no faces\n";
  const rows = faces.map(({ box, score, age, gender, genderScore, expressions }, index) => [
    String(index + 1),
    [box.x, box.y].map(Math.round).join(","),
    [box.width, box.height].map(Math.round).join("×"),
    percent(score, 0),
    age === undefined ? "" : age.toFixed(0),
    gender === undefined ? "" : `${gender} ${percent(genderScore!, 0)}`,
    expressions === undefined ? "" : strongest(expressions),
  ]);
  const head = ["face", "at", "size", "score", "age", "gender", "expression"];
  return table([head, ...rows], [true, true, true, true, true, false, false]);
}

function markOf({ box, age, gender, expressions, landmarks = [] }: Face) {
  const lines = [age === undefined ? "" : `${gender} ${age.toFixed(0)}`, expressions ? strongest(expressions) : ""];
  return { box, lines: lines.filter(Boolean), points: landmarks };
}

/** The most probable expression. */
function strongest(expressions: NonNullable<Face["expressions"]>): string {
  const [name, score] = Object.entries(expressions).reduce((a, b) => (b[1] > a[1] ? b : a));
  return `${name} ${percent(score, 0)}`;
}
