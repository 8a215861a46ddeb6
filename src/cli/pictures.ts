/** Runs a command on one picture after another and prints the answers. */
import { constants, open } from "node:fs/promises";
import { SingleBar } from "cli-progress";
import type { Picture } from "../image/picture.js";
import { decodeImage } from "./decode.js";
import { findPictures } from "./files.js";
import { complain, print, printable } from "./terminal.js";

/** Files with more bytes are not read. */
const MAX_FILE_BYTES = 2 ** 28;

/** The answer for a picture: for people, and as JSON. */
export interface Answer {
  readonly text: string;
  readonly json: object;
}

/**
 * Decodes the pictures in files and folders and prints what `look` returns for each: a text below the file's name, or an
 * object a line. A picture that fails gets a message, and the others still get their answers.
 *
 * @returns 1 if any picture or folder could not be read, or a folder holds no picture, else 0.
 */
export async function eachPicture(
  paths: readonly string[],
  asJson: boolean,
  look: (image: Picture, file: string) => Answer | Promise<Answer>,
): Promise<number> {
  const { files, skipped, failed } = await findPictures(paths);
  for (const message of [...skipped, ...failed]) complain(printable(message));
  const showProgress = files.length > 1 && process.stderr.isTTY && !process.stdout.isTTY;
  const bar = showProgress
    ? new SingleBar({ format: "{bar} {value}/{total} {file}", stream: process.stderr })
    : undefined;
  bar?.start(files.length, 0, { file: "" });
  let failures = failed.length;
  for (const file of files) {
    try {
      const { text, json } = await look(await decodeImage(await readPicture(file)), file);
      print(asJson ? `${JSON.stringify({ file, ...json })}\n` : `${printable(file)}\n${text}`);
    } catch (error) {
      ++failures;
      const { message } = error as Error;
      if (asJson) print(`${JSON.stringify({ file, error: message })}\n`);
      complain(printable(`${file}: ${message}`));
    }
    bar?.increment({ file: printable(file) });
  }
  bar?.stop();
  return failures ? 1 : 0;
}

/** Throws Error for anything but a regular file: a named pipe might never end. */
async function readPicture(path: string): Promise<Uint8Array> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever. Windows has no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const entry = await file.stat();
    if (!entry.isFile()) throw new Error("expected a regular file");
    if (entry.size > MAX_FILE_BYTES) throw new Error(`expected at most ${MAX_FILE_BYTES} bytes, got ${entry.size}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
