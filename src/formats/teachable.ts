/** Teachable Machine: what its exports say beside the network, and how its library makes inputs of pictures. */
import { describe, FormatError } from "../errors.js";
import type { Normalization } from "../image/encode.js";
import type { Crop } from "../image/picture.js";
import type { Tensor } from "../ir/tensor.js";
import { asArray, asObject, asString, asWhole } from "./json.js";

/** What `metadata.json` says of a network. */
export interface Metadata {
  readonly labels: readonly string[];
  /** Missing, as is the normalisation, if the network does not take pictures in colour. */
  readonly crop?: Crop;
  readonly normalization?: Normalization;
}

/** Its libraries, of which the one for images crops pictures. */
const PACKAGES = /^@teachablemachine\/(image|pose|audio)$/;

/**
 * A byte p becomes p / 127 - 1, so that white is slightly above 1: capture() in libraries/image/src/utils/tf.ts of
 * github.com/googlecreativelab/teachablemachine-community, in all versions of @teachablemachine/image from 0.7 to 0.8.5.
 */
const NORMALIZATION: Normalization = { mean: 127, std: 127 };

/** The name of its TensorFlow Lite models: quantised, and in float32. */
const LITE_MODEL = /^model(_unquant)?\.tflite$/;

/** Whether the text of a model.json may be an export: a Sequential of Sequentials. */
export function mayBeTeachable(topology: string): boolean {
  return topology.split('"Sequential"').length > 2;
}

/**
 * Reads a `metadata.json`; undefined if it is not Teachable Machine's.
 *
 * @param input the network's first input.
 * @param counts the possible numbers of labels.
 * @throws FormatError if it does not fit the network.
 */
export function readMetadata(
  json: unknown,
  input: Tensor | undefined,
  counts: readonly number[],
): Metadata | undefined {
  const what = "metadata.json";
  const { packageName, imageSize, labels: list } = asObject(json, what);
  if (typeof packageName !== "string" || !PACKAGES.test(packageName)) return undefined;
  const labels = asArray(list, `${what}: labels`).map((label) => asString(label, `${what}: labels`));
  if (!counts.includes(labels.length)) {
    throw new FormatError(`${what}: labels expected ${counts.join(" or ")}, as the network has, got ${labels.length}`);
  }
  const [, height, width, channels, ...others] = input?.shape ?? [];
  if (!packageName.endsWith("image") || channels !== 3 || others.length) return { labels };
  const size = asWhole(imageSize ?? height, `${what}: imageSize`, 1);
  if (size !== height || size !== width) {
    throw new FormatError(`${what}: imageSize expected ${height}×${width}, as the network has, got ${describe(size)}`);
  }
  return { labels, crop: "cover", normalization: NORMALIZATION };
}

/**
 * Whether a model in a folder is an export to TensorFlow Lite, by its name and by the text of its `labels.txt`. Coral's
 * labels have numbers, too, but two spaces after them.
 */
export function isLiteExport(name: string, labels: string): boolean {
  return LITE_MODEL.test(name) && /^0 \S/.test(labels);
}
