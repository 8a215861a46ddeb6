/** Files that commands write. They replace nothing by accident. */
import { open, readdir, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "./command.js";

/** The option, for parse(). */
export const FORCE_OPTION = { force: { type: "boolean", default: false } } as const;

export interface OutputRules {
  /** Paths of files that the command reads, and of folders whose files it may read. */
  readonly inputs: readonly string[];
  /** Whether another file may be replaced. */
  readonly force: boolean;
}

/** Throws UsageError if writing to a path would destroy an input, or another file without --force. */
export async function checkOutput(path: string, { inputs, force }: OutputRules): Promise<void> {
  const target = await identify(path);
  if (!target) return;
  const files = await Promise.all(inputs.map(filesOf));
  for (const input of files.flat()) {
    const source = await identify(input);
    if (source && source.dev === target.dev && source.ino === target.ino) {
      throw new UsageError(`${path} is an input, which is never overwritten`);
    }
  }
  if (target.isFile() && !force) throw new UsageError(`${path} exists; --force overwrites it`);
}

/** A file, or the entries of a folder. */
async function filesOf(path: string): Promise<string[]> {
  if (!(await identify(path))?.isDirectory()) return [path];
  return (await readdir(path)).map((name) => join(path, name));
}

/** The file behind a path and its links. */
function identify(path: string) {
  return stat(path, { bigint: true }).catch(() => undefined);
}

/**
 * Writes a file whole or not at all. Where there is a file already, the new one takes its place when it is complete;
 * devices and pipes are written to.
 *
 * @throws Error in one line that names the file.
 */
export async function writeOutput(path: string, bytes: Uint8Array | string): Promise<void> {
  try {
    const target = await identify(path);
    if (!target) await writeNew(path, bytes);
    else if (!target.isFile()) await withFile(await open(path, "w"), bytes);
    else {
      const real = await realpath(path); // a link stays one
      const partial = `${real}.${process.pid}.partial`;
      await writeNew(partial, bytes);
      await rename(partial, real);
    }
  } catch (error) {
    throw new Error(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Fails if there is a file; leaves none behind if there is no room for it. */
async function writeNew(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await withFile(file, bytes);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function withFile(file: FileHandle, bytes: Uint8Array | string): Promise<void> {
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}
