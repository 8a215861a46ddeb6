/** What commands do with one picture after another. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SingleBar } from "cli-progress";
import type { Picture } from "../image/picture.js";
import { decodeImage } from "./decode.js";

const IMAGE_FILE = /\.(jpe?g|png|webp)$/i;

/** What there is to say about a picture: for people, and as JSON. */
export interface Answer {
  readonly text: string;
  readonly json: object;
}

/**
 * Decodes the pictures in files and folders and prints what `look` says of each: a text below the file's name, or an
 * object a line. What is wrong with one is printed, too.
 *
 * @returns 1 if any picture could not be read, else 0.
 */
export async function eachPicture(
  paths: readonly string[],
  asJson: boolean,
  look: (image: Picture, file: string) => Answer | Promise<Answer>,
): Promise<number> {
  const files = await expand(paths);
  const showProgress = files.length > 1 && process.stderr.isTTY && !process.stdout.isTTY;
  const bar = showProgress
    ? new SingleBar({ format: "{bar} {value}/{total} {file}", stream: process.stderr })
    : undefined;
  bar?.start(files.length, 0, { file: "" });
  let failures = 0;
  for (const file of files) {
    try {
      const { text, json } = await look(await decodeImage(await readFile(file)), file);
      process.stdout.write(asJson ? `${JSON.stringify({ file, ...json })}\n` : `${file}\n${text}`);
    } catch (error) {
      ++failures;
      const { message } = error as Error;
      if (asJson) process.stdout.write(`${JSON.stringify({ file, error: message })}\n`);
      process.stderr.write(`${file}: ${message}\n`);
    }
    bar?.increment({ file });
  }
  bar?.stop();
  return failures ? 1 : 0;
}

/** Folders become the pictures in them, by name. */
async function expand(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const isFolder = await stat(path).then(
        (entry) => entry.isDirectory(),
        () => false,
      );
      if (!isFolder) return [path];
      const names = await readdir(path, { recursive: true });
      return names
        .filter((name) => IMAGE_FILE.test(name))
        .toSorted()
        .map((name) => join(path, name));
    }),
  );
  return files.flat();
}
