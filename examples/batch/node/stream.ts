/** Streams of files: names in, results out, as fast as the slower side. */
import type { Answer, Pool } from "./pool.ts";

export type FileResult = Answer & { readonly file: string };

/** Files under way for each thread: one in work, and one so that it does not wait. */
const AHEAD = 2;

/**
 * Classifies files in their order. The next name is asked for when there is room, and no more than two files for each
 * thread are under way, however many there are and however slowly the results are taken.
 */
export async function* classifyAll(
  files: AsyncIterable<string> | Iterable<string>,
  pool: Pool,
): AsyncGenerator<FileResult, void, undefined> {
  const underway: Promise<FileResult>[] = [];
  for await (const file of files) {
    underway.push(pool.classify(file).then((answer) => ({ file, ...answer })));
    if (underway.length >= pool.size * AHEAD) yield await underway.shift()!;
  }
  for (const result of underway) yield await result;
}
