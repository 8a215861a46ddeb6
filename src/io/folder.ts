/** Models that are folders or several files: which of the files is the model, and the way to the others. */
import { describe, printable, quote, SourceError } from "../errors.js";
import type { Contents, FileObject, Files } from "./contents.js";

/** Longest list of names in a message. */
const MAX_NAMES = 200;

/** The names of models in a folder, the likeliest first. Teachable Machine gives its exports the first three. */
const MODEL_NAMES = ["model.json", "model.tflite", "model_unquant.tflite"];

/** How the names of models end, the likeliest first. */
const ENDINGS = [".json", ".tflite", ".safetensors", ".onnx", ".wasm"];

/** Reads a file of a folder by its name. */
type ReadFile = (name: string) => Promise<Contents>;

/**
 * Returns the model among files that a caller passes: a record of bytes by name, or File objects.
 *
 * @param take is told how many bytes are about to be read, and may throw.
 * @throws TypeError if it is neither, or if no file, or more than one, can be the model.
 */
export async function openFiles(
  files: Files | Iterable<FileObject>,
  argument: string,
  take: (bytes: number, name: string) => void,
): Promise<Contents> {
  const readers = new Map<string, () => Promise<Uint8Array>>();
  if (Symbol.iterator in files) {
    for (const file of files as Iterable<FileObject>) {
      if (typeof file?.arrayBuffer !== "function" || typeof file.name !== "string") {
        throw new TypeError(`"${argument}" must be File objects, got ${describe(file)} among them`);
      }
      readers.set(file.name, async () => {
        take(file.size, file.name);
        return new Uint8Array(await file.arrayBuffer());
      });
    }
  } else {
    for (const [name, bytes] of Object.entries(files as Files)) {
      readers.set(name, async () => (bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)));
    }
  }
  const names = [...readers.keys()];
  const main = modelAmong(names);
  if (main === undefined) {
    const got = printable(names.join(", "), MAX_NAMES) || "none";
    throw new TypeError(
      `"${argument}" must be one model file, or have one file that ends in ${ENDINGS.join(", ")}, got ${got}`,
    );
  }
  const folder = main.slice(0, main.lastIndexOf("/") + 1);
  return {
    bytes: await readers.get(main)!(),
    beside: async (path) => {
      const read = readers.get(folder + path);
      if (!read) throw new TypeError(`"${argument}" must have the file ${quote(folder + path)}`);
      return read();
    },
    ...(names.length > 1 && { inFolder: baseOf(main) }),
  };
}

/** Returns the model in a folder whose files are known. Throws SourceError if there is none, or more than one. */
export async function openFolder(folder: string, names: readonly string[], read: ReadFile): Promise<Contents> {
  const main = modelAmong(names);
  if (main === undefined) {
    const got = printable(names.join(", "), MAX_NAMES) || "nothing";
    throw new SourceError(`cannot read ${printable(folder, MAX_NAMES)}: expected one model file in it, got ${got}`);
  }
  return { ...(await read(main)), inFolder: main };
}

/** Returns the model in a folder that cannot be listed. Throws SourceError if there is none of the usual names. */
export async function searchFolder(read: ReadFile): Promise<Contents> {
  let first: unknown;
  for (const name of MODEL_NAMES) {
    try {
      return { ...(await read(name)), inFolder: name };
    } catch (error) {
      if (!isMissing(error)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Reads a file beside another one; undefined if it is missing. Throws for any other failure. */
export async function readOptional({ beside }: Contents, name: string): Promise<Uint8Array | undefined> {
  try {
    return await beside?.(name);
  } catch (error) {
    if (error instanceof TypeError || isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a server or a file system says that a file is not there. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof SourceError)) return false;
  const { cause, message } = error;
  return cause === undefined ? /HTTP status 4\d\d$/.test(message) : (cause as { code?: unknown }).code === "ENOENT";
}

/** The only file, one with a usual name, or the only one of a kind. */
function modelAmong(names: readonly string[]): string | undefined {
  if (names.length === 1) return names[0];
  for (const name of MODEL_NAMES) {
    const found = names.find((path) => baseOf(path) === name);
    if (found !== undefined) return found;
  }
  for (const ending of ENDINGS) {
    const found = names.filter((path) => path.endsWith(ending) && baseOf(path) !== "metadata.json");
    if (found.length) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
