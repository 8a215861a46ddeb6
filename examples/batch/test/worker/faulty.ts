/**
 * The fleet with faults: the second part of a picture's key says what goes wrong when the picture is read or its result
 * stored, the first time or always.
 */
import type { Env } from "../../src/env.ts";
import fleet from "../../src/fleet.ts";

/** Keys of pictures that had their fault. */
const happened = new Set<string>();

export default {
  fetch(request, env) {
    return new URL(request.url).pathname === "/faults" ? Response.json([...happened]) : fleet.fetch(request, env);
  },

  async queue(batch, env, ctx) {
    const keys = batch.messages.map(({ body }) => String((body as { object?: { key?: unknown } } | null)?.object?.key));
    if (firstOf("crashes", keys)) throw new Error("the consumer crashed before anything");
    const RESULTS = crashing(env.RESULTS, () => firstOf("crashes-late", keys));
    await fleet.queue(batch, { ...env, PICTURES: failing(env.PICTURES), RESULTS }, ctx);
  },
} satisfies ExportedHandler<Env>;

const isOf = (kind: string, key: string) => key.split("/")[1] === kind;

/** Whether one of the keys is of a kind and has not had its fault. */
function firstOf(kind: string, keys: readonly string[]): boolean {
  const key = keys.find((candidate) => isOf(kind, candidate) && !happened.has(candidate));
  if (key !== undefined) happened.add(key);
  return key !== undefined;
}

function failing(bucket: R2Bucket): R2Bucket {
  const get = (key: string) => {
    if (isOf("throws-always", key) || firstOf("throws", [key])) throw new Error("the bucket failed");
    if (isOf("overruns-always", key) || firstOf("overruns", [key])) return new Promise(() => undefined);
    return bucket.get(key);
  };
  return { get } as unknown as R2Bucket;
}

/** A database after whose writes the consumer may be gone. */
function crashing(database: D1Database, isDue: () => boolean): D1Database {
  return {
    prepare: (query: string) => database.prepare(query),
    async batch(statements: D1PreparedStatement[]) {
      await database.batch(statements);
      if (isDue()) throw new Error("the consumer crashed after it had stored its results");
    },
  } as unknown as D1Database;
}
