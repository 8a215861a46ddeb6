/** Class names that a caller gives, as text or as an array. */
import { describe } from "../errors.js";
import { parseLabels } from "../formats/labels.js";
import { readSource, type GlobalInstance, type Source } from "../io/source.js";
import { decodeText } from "../io/text.js";

/** Bytes of a file of labels. */
const MAX_LABEL_BYTES = 2 ** 24;

/**
 * Checks labels that a caller gave for a model with outputs for so many classes.
 *
 * @throws TypeError if they are not strings, RangeError if no output has as many classes.
 */
export function checkLabels(labels: readonly string[], counts: readonly number[]): readonly string[] {
  const wrong = labels.findIndex((label) => typeof label !== "string");
  if (wrong >= 0) throw new TypeError(`"labels" must be strings, got ${describe(labels[wrong])} at ${wrong}`);
  if (!counts.includes(labels.length)) {
    const expected = [...new Set(counts)].slice(0, 8).join(" or ");
    throw new RangeError(`"labels" must be ${expected} strings, got ${labels.length}`);
  }
  return labels;
}

/**
 * Returns the labels that a caller gives for a model with outputs for so many classes.
 *
 * @param signal ends a transfer.
 * @throws TypeError if they are not strings, RangeError if no output has as many classes, SourceError if they cannot be
 * read.
 */
export async function givenLabels(
  labels: readonly string[] | Source,
  counts: readonly number[],
  signal?: GlobalInstance<"AbortSignal">,
): Promise<readonly string[]> {
  if (Array.isArray(labels)) return checkLabels(labels, counts);
  if (typeof labels === "string" && labels.includes("\n")) return checkLabels(parseLabels(labels), counts);
  const { bytes } = await readSource(labels as Source, "labels", MAX_LABEL_BYTES, signal);
  return checkLabels(parseLabels(decodeText(bytes)), counts);
}
