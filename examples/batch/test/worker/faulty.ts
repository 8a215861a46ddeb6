/**
 * The fleet with faults: the second part of a picture's key says what goes wrong when the picture is read or its result
 * stored, the first time or always.
 */
import type { Env } from "../../src/env.ts";
import fleet from "../../src/fleet.ts";

/** Keys of pictures that had their fault. */
const happened = new Set<string>();

/** Whether the database does not answer. */
let isDown = false;

export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/faults") return Response.json([...happened]);
    if (pathname === "/strange") return sendStrange(env);
    if (pathname === "/down" || pathname === "/up") {
      isDown = pathname === "/down";
      return new Response(null, { status: 204 });
    }
    return fleet.fetch(request, env);
  },

  async queue(batch, env, ctx) {
    const keys = batch.messages.map(({ body }) => String((body as { object?: { key?: unknown } } | null)?.object?.key));
    if (firstOf("crashes", keys)) throw new Error("the consumer crashed before anything");
    const RESULTS = crashing(env.RESULTS, () => firstOf("crashes-late", keys));
    const { promise: stopped, reject: stop } = Promise.withResolvers<never>();
    const PICTURES = failing(env.PICTURES, () => stop(new Error("the consumer used up its CPU time")));
    await Promise.race([fleet.queue(batch, { ...env, PICTURES, RESULTS }, ctx), stopped]);
  },
} satisfies ExportedHandler<Env>;

/** Messages that cannot be serialised or hold as much as a message may. */
async function sendStrange({ QUEUE }: Env): Promise<Response> {
  const circle: { self?: object } = {};
  circle.self = circle;
  await QUEUE.send({ number: 1n }, { contentType: "v8" });
  await QUEUE.send({ object: { key: 1n, eTag: circle } }, { contentType: "v8" });
  await QUEUE.send("x".repeat(127_900), { contentType: "json" });
  return new Response(null, { status: 204 });
}

const isOf = (kind: string, key: string) => key.split("/")[1] === kind;

/** Whether one of the keys is of a kind and has not had its fault. */
function firstOf(kind: string, keys: readonly string[]): boolean {
  const key = keys.find((candidate) => isOf(kind, candidate) && !happened.has(candidate));
  if (key !== undefined) happened.add(key);
  return key !== undefined;
}

function failing(bucket: R2Bucket, stop: () => void): R2Bucket {
  let isStopped = false;
  const get = (key: string) => {
    if (isOf("stops-always", key)) {
      isStopped = true;
      stop();
    }
    if (isStopped) return new Promise(() => undefined);
    if (isOf("throws-always", key) || firstOf("throws", [key])) throw new Error("the bucket failed");
    if (isOf("overruns-always", key) || firstOf("overruns", [key])) return new Promise(() => undefined);
    return bucket.get(key);
  };
  return { get, list: (options?: R2ListOptions) => bucket.list(options) } as unknown as R2Bucket;
}

/** A statement of a database that does not answer. */
const DOWN = Object.fromEntries(
  ["all", "first", "run"].map((method) => [method, async () => Promise.reject(new Error("the database is down"))]),
);

/** A database that may be down, and after whose writes the consumer may be gone. */
function crashing(database: D1Database, isDue: () => boolean): D1Database {
  return {
    prepare: (query: string) => (isDown ? { ...DOWN, bind: () => DOWN } : database.prepare(query)),
    async batch(statements: D1PreparedStatement[]) {
      if (isDown) throw new Error("the database is down");
      await database.batch(statements);
      if (isDue()) throw new Error("the consumer crashed after it had stored its results");
    },
  } as unknown as D1Database;
}
