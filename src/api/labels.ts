/** Class names: from text, from an array, or from the model file itself. */
import { describe } from "../errors.js";
import { readSource, type Source } from "../io/source.js";
import { decodeText, fixed } from "../io/text.js";

/** No file of class names is larger. */
const MAX_BYTES = 4_000_000;
const MOST_LABEL_BYTES = 2 ** 24;

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

/** The labels that a caller gives. */
export async function givenLabels(labels: readonly string[] | Source): Promise<readonly string[]> {
  if (Array.isArray(labels)) return checkLabels(labels);
  if (typeof labels === "string" && labels.includes("\n")) return parseLabels(labels);
  return parseLabels(decodeText((await readSource(labels as Source, "labels", MOST_LABEL_BYTES)).bytes));
}

/**
 * The labels in the zip archive that TensorFlow Lite's metadata append to a model file: the text file with as many
 * lines as there may be labels. undefined if there is none, whatever is wrong with the archive: labels are an extra.
 */
export async function embeddedLabels(file: Uint8Array, counts: readonly number[]): Promise<string[] | undefined> {
  try {
    for (const text of await textsOf(file)) {
      const lines = parseLabels(text);
      if (counts.includes(lines.length)) return lines;
    }
  } catch {
    // a damaged archive
  }
  return undefined;
}

/** The text files in an archive at the end of a file. Entries are stored as they are, or a library inflates them. */
async function textsOf(file: Uint8Array): Promise<string[]> {
  const archive = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = file.length - 22;
  if (end < 0 || archive.getUint32(end, true) !== END_OF_DIRECTORY) return [];
  const texts: string[] = [];
  let at = archive.getUint32(end + 16, true);
  for (let left = archive.getUint16(end + 10, true); left > 0; --left) {
    const method = archive.getUint16(at + 10, true);
    const length = archive.getUint32(at + 24, true);
    const nameEnd = at + 46 + archive.getUint16(at + 28, true);
    const name = decodeText(file.subarray(at + 46, nameEnd));
    if (name.endsWith(".txt") && length <= MAX_BYTES) {
      if (method !== STORED) return inflated(file);
      const header = archive.getUint32(at + 42, true);
      const start = header + 30 + archive.getUint16(header + 26, true) + archive.getUint16(header + 28, true);
      texts.push(decodeText(file.subarray(start, start + length)));
    }
    at = nameEnd + archive.getUint16(at + 30, true) + archive.getUint16(at + 32, true);
  }
  return texts;
}

/** The same through the library, which takes longer to load than everything else together. */
async function inflated(file: Uint8Array): Promise<string[]> {
  const { unzipSync } = await import("../io/unzip.js");
  const filter = ({ name, originalSize }: { name: string; originalSize: number }) =>
    name.endsWith(".txt") && originalSize <= MAX_BYTES;
  return Object.values(unzipSync(fixed(file), { filter })).map((bytes) => decodeText(bytes));
}

const END_OF_DIRECTORY = 0x06054b50;
const STORED = 0;
