/** Class names in a model file: in the zip archive that TensorFlow Lite's metadata append to it. */
import { decodeText } from "../../io/text.js";
import { parseLabels } from "../labels.js";

/** Bounds of an archive with labels: how many entries it has, and how many bytes of text they make together. */
const MAX_ENTRIES = 64;
const MAX_BYTES = 4_000_000;

/**
 * Returns the labels in the zip archive that TensorFlow Lite's metadata append to a model file: the first text file with as
 * many lines as there may be labels. undefined if there is none, or if the archive is damaged, too large or has entries
 * that share bytes: labels are an extra.
 */
export async function embeddedLabels(file: Uint8Array, counts: readonly number[]): Promise<string[] | undefined> {
  try {
    let left = MAX_BYTES;
    for (const { deflated, bytes } of textsOf(file)) {
      // The library takes longer to load than everything else together.
      const text = deflated ? (await import("../../io/unzip.js")).inflateRaw(bytes, left) : bytes;
      left -= text.length;
      if (left < 0) return undefined;
      if (counts.includes(countLines(text))) return parseLabels(decodeText(text));
    }
  } catch {
    // a damaged archive
  }
  return undefined;
}

/** How many labels parseLabels() would make of a text; splitting it costs far more memory. */
function countLines(text: Uint8Array): number {
  let lines = 0;
  for (let i = 0; i < text.length; ++i) if (text[i] === NEWLINE) ++lines;
  return text.length === 0 || text.at(-1) === NEWLINE ? lines : lines + 1;
}

interface Entry {
  /** Where its header begins in the file. */
  readonly start: number;
  readonly end: number;
  readonly deflated: boolean;
  readonly bytes: Uint8Array;
}

/** The text files in an archive at the end of a file. Throws RangeError if it is damaged or not as described above. */
function textsOf(file: Uint8Array): Entry[] {
  const archive = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = file.length - 22;
  if (end < 0 || archive.getUint32(end, true) !== END_OF_DIRECTORY) return [];
  const count = archive.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw new RangeError(`archive expected at most ${MAX_ENTRIES} entries, got ${count}`);
  const entries: Entry[] = [];
  let at = archive.getUint32(end + 16, true);
  for (let left = count; left > 0; --left) {
    const nameEnd = at + 46 + archive.getUint16(at + 28, true);
    if (decodeText(file.subarray(at + 46, nameEnd)).endsWith(".txt")) entries.push(entryAt(file, archive, at));
    at = nameEnd + archive.getUint16(at + 30, true) + archive.getUint16(at + 32, true);
  }
  let last = 0;
  for (const { start, end: entryEnd } of entries.toSorted((a, b) => a.start - b.start)) {
    if (start < last) throw new RangeError("archive expected entries that share no bytes");
    last = entryEnd;
  }
  return entries;
}

/** The entry that a record of the directory describes. */
function entryAt(file: Uint8Array, archive: DataView, record: number): Entry {
  const length = archive.getUint32(record + 20, true);
  const start = archive.getUint32(record + 42, true);
  const from = start + 30 + archive.getUint16(start + 26, true) + archive.getUint16(start + 28, true);
  const end = from + length;
  if (end > file.length) throw new RangeError(`entry expected to end in the file of ${file.length} bytes, got ${end}`);
  return { start, end, deflated: archive.getUint16(record + 10, true) !== STORED, bytes: file.subarray(from, end) };
}

const END_OF_DIRECTORY = 0x06054b50;
const STORED = 0;
const NEWLINE = 0x0a;
