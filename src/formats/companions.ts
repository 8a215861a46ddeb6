/** Files beside a model, or in an archive at its end, that say how pictures go in and what the classes are called. */
import type { Contents } from "../io/contents.js";
import { readOptional } from "../io/folder.js";
import { decodeText } from "../io/text.js";
import type { Tensor } from "../ir/tensor.js";
import { isJson } from "./index.js";
import { parseJson } from "./json.js";
import { parseLabels } from "./labels.js";
import { embeddedLabels } from "./tflite/labels.js";
import { isLiteExport, mayBeTeachable, readMetadata, type Metadata } from "./teachable.js";

/** What the companions of a model say; missing where they say nothing. */
export type Companions = Partial<Metadata>;

/**
 * Reads the companions of a model: `metadata.json` of Teachable Machine; in a folder that was loaded as one also
 * `labels.txt`; else the labels in an archive. Labels for another number of classes are ignored.
 *
 * @param input the network's first input.
 * @param counts the possible numbers of labels.
 * @throws FormatError if `metadata.json` is damaged or does not fit the network, SourceError if a file that is there
 * cannot be read.
 */
export async function readCompanions(
  file: Contents,
  input: Tensor | undefined,
  counts: readonly number[],
): Promise<Companions> {
  const { bytes, inFolder } = file;
  const isTfjs = isJson(bytes);
  if (isTfjs && (inFolder !== undefined || mayBeTeachable(decodeText(bytes)))) {
    const metadata = await readOptional(file, "metadata.json");
    // Some servers answer with a page where a file is missing.
    const isPage = metadata && /^\s*</.test(decodeText(metadata.subarray(0, 100)));
    const found = metadata && !isPage && readMetadata(parseJson(metadata, "metadata.json"), input, counts);
    if (found) return found;
  }
  if (inFolder !== undefined) {
    const list = await readOptional(file, "labels.txt");
    const text = list && decodeText(list);
    const labels = text === undefined ? [] : parseLabels(text);
    if (text !== undefined && counts.includes(labels.length)) {
      return isLiteExport(inFolder, text) ? { labels, crop: "cover" } : { labels };
    }
  }
  const labels = await embeddedLabels(bytes, counts);
  return labels ? { labels } : {};
}
