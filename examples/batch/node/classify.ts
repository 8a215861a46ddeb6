/** node classify.ts MODEL FOLDER…: a line of JSON for each picture in the folders. */
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Pool } from "./pool.ts";
import { classifyAll } from "./stream.ts";

const [model, ...folders] = process.argv.slice(2);
if (!model || !folders.length) {
  process.stderr.write("usage: node classify.ts MODEL FOLDER…\n");
  process.exit(2);
}

/** The pictures in folders and below, one after another: there may be millions. */
async function* pictures(): AsyncGenerator<string, void, undefined> {
  for (const folder of folders) {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (entry.isFile() && /\.(jpe?g|png|webp)$/i.test(entry.name)) yield join(entry.parentPath, entry.name);
    }
  }
}

async function* lines(pool: Pool): AsyncGenerator<string, void, undefined> {
  for await (const result of classifyAll(pictures(), pool)) yield `${JSON.stringify(result)}\n`;
}

const pool = await Pool.start(model);
await pipeline(Readable.from(lines(pool)), process.stdout); // waits for a slow reader
await pool.close();
