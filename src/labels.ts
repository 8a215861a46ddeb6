/** Class names: from text, from an array, or from the model file itself. */
import { describe } from "./errors.js";

/** No file of class names is larger. */
const MAX_BYTES = 4_000_000;

/** One label a line; a last line break ends the last label. */
export function parseLabels(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Checks labels that a caller gave. Throws TypeError if they are not strings. */
export function checkLabels(labels: readonly string[]): readonly string[] {
  const wrong = labels.findIndex((label) => typeof label !== "string");
  if (wrong >= 0) throw new TypeError(`"labels" expected strings, got ${describe(labels[wrong])} at ${wrong}`);
  return labels;
}

/**
 * The labels in the zip archive that TensorFlow Lite's metadata append to a model file: the text file with as many
 * lines as the model has classes. undefined if there is none, whatever is wrong with the archive: labels are an extra.
 */
export async function embeddedLabels(file: Uint8Array, classes: number): Promise<string[] | undefined> {
  if (!endsWithZip(file)) return undefined;
  const { unzipSync, strFromU8 } = await import("fflate");
  try {
    const entries = unzipSync(file, {
      filter: ({ name, originalSize }) => name.endsWith(".txt") && originalSize <= MAX_BYTES,
    });
    const texts = Object.values(entries).map((bytes) => parseLabels(strFromU8(bytes)));
    return texts.find((lines) => lines.length === classes);
  } catch {
    return undefined;
  }
}

/** Whether the end-of-directory record of a zip archive without a comment ends the file. */
function endsWithZip(file: Uint8Array): boolean {
  const at = file.length - 22;
  return at >= 0 && new DataView(file.buffer, file.byteOffset + at, 4).getUint32(0, true) === 0x06054b50;
}
