/** Where the weights of the face networks come from: a folder, or bytes. */
import { readWeights } from "../formats/tfjs/weights.js";
import { parseJson } from "../formats/json.js";
import type { StoredWeights } from "../models/stored.js";
import { readSource, type Files, type GlobalInstance, type Source } from "../io/source.js";

/** The folder with the files, as a path or URL; or the bytes of each by its name. */
export type WeightFiles = string | GlobalInstance<"URL"> | Files;

/**
 * Reads the weights that a manifest lists.
 *
 * @param name the manifest's, in the folder or among the files.
 * @param bounds bytes that they may have, and a signal that ends transfers.
 * @throws FormatError if they are damaged, UnsupportedError for a type that is not supported, RangeError if there are
 * more, TypeError if a file is missing among those given, SourceError if one cannot be read, the reason of the signal.
 */
export async function readFaceWeights(
  files: WeightFiles,
  name: string,
  { maxMemory, signal }: { readonly maxMemory: number; readonly signal: GlobalInstance<"AbortSignal"> | undefined },
): Promise<StoredWeights> {
  const file = await readSource(manifestIn(files, name), "weights", maxMemory, signal);
  return readWeights(parseJson(file.bytes, name), file, "weights");
}

function manifestIn(files: WeightFiles, name: string): Source | Files {
  if (files instanceof URL) return new URL(name, files.href.endsWith("/") ? files : `${files.href}/`);
  if (typeof files === "string") return `${files.replace(/\/$/, "")}/${name}`;
  if (!Object.hasOwn(files, name)) throw new TypeError(`"weights" must have the file ${name}, got ${namesOf(files)}`);
  // Without the manifests of the other networks, so that it is clear which file names the others.
  return Object.fromEntries(Object.entries(files).filter(([file]) => file === name || !file.endsWith(".json")));
}

function namesOf(files: Files): string {
  return Object.keys(files).join(", ") || "none";
}

/** The folder of an installed `@vladmandic/face-api`, as Node finds it from here. Throws TypeError if there is none. */
export function installedWeights(): GlobalInstance<"URL"> {
  try {
    return new URL(".", import.meta.resolve("@vladmandic/face-api/model/ssd_mobilenetv1_model-weights_manifest.json"));
  } catch {
    throw new TypeError(
      '"weights" must be a folder or files, got none; the package that has them is not here: npm install @vladmandic/face-api',
    );
  }
}
