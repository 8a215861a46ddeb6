/** Finds the pictures in the files and folders that a command names. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const IMAGE_FILE = /\.(jpe?g|png|webp)$/i;

export interface PictureFiles {
  /** Paths, in the order of the arguments; those of a folder sorted. */
  readonly files: readonly string[];
  /** Entries of folders that are no files, with the reason. */
  readonly skipped: readonly string[];
  /** Folders that hold no picture or cannot be read, with the reason. */
  readonly failed: readonly string[];
}

/** Folders stand for the pictures in them and below. Hidden entries and symbolic links in folders are not followed. */
export async function findPictures(paths: readonly string[]): Promise<PictureFiles> {
  const files: string[] = [];
  const skipped: string[] = [];
  const failed: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined);
    if (!entry?.isDirectory()) {
      files.push(path); // reading it says what is wrong with it
      continue;
    }
    const [found, failures] = [files.length, failed.length];
    await search(path, { files, skipped, failed });
    if (files.length === found && failed.length === failures) failed.push(`${path}: no JPEG, PNG or WebP file in it`);
  }
  return { files, skipped, failed };
}

type Lists = { readonly [K in keyof PictureFiles]: string[] };

async function search(root: string, { files, skipped, failed }: Lists): Promise<void> {
  const found: string[] = [];
  for (const folders = [root]; folders.length;) {
    const folder = folders.pop()!;
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      failed.push(`${folder}: ${(error as Error).message}`);
      continue;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith(".")) continue;
      const isNamedPicture = IMAGE_FILE.test(entry.name);
      if (entry.isFile()) {
        if (isNamedPicture) found.push(path);
        continue;
      }
      if (entry.isDirectory()) folders.push(path);
      if (isNamedPicture || entry.isSymbolicLink()) skipped.push(`${path}: skipped, as it is ${kindOf(entry)}`);
    }
  }
  for (const path of found.toSorted()) files.push(path); // a spread has room for some 100,000
}

/** For messages. */
function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return "a symbolic link";
  if (entry.isDirectory()) return "a folder and not a picture";
  if (entry.isFIFO()) return "a named pipe";
  return "no regular file";
}
