/** The tables of migrations/. */
import type { Env } from "./env.ts";
import type { PictureMessage, PictureVersion } from "./message.ts";

export interface Result extends PictureVersion {
  /** As the Worker of the other example answers. */
  readonly answer: object;
}

/** Which of the pictures in messages have their result already, because a message came again. */
export async function knownVersions(
  messages: readonly Message[],
  { RESULTS }: Env,
): Promise<(version: PictureVersion) => boolean> {
  const keys = messages.map(({ body }) => (body as Partial<PictureMessage> | null)?.object?.key ?? null);
  const query = RESULTS.prepare("SELECT key, etag AS eTag FROM results WHERE key IN (SELECT value FROM json_each(?))");
  const { results } = await query.bind(JSON.stringify(keys)).all<{ key: string; eTag: string }>();
  const known = new Set(results.map(nameOf));
  return (version) => known.has(nameOf(version));
}

function nameOf({ key, eTag }: PictureVersion): string {
  return JSON.stringify([key, eTag]);
}

/** Stores all of them or none. One that is there already stays. */
export async function storeResults(results: readonly Result[], { RESULTS }: Env): Promise<void> {
  if (!results.length) return;
  const insert = RESULTS.prepare("INSERT INTO results (key, etag, answer) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  await RESULTS.batch(results.map(({ key, eTag, answer }) => insert.bind(key, eTag, JSON.stringify(answer))));
}

/** Messages that the consumer gave up, with its reason, and those that the queue gave up, as they are. */
type DeadLetter = Partial<{ message: unknown; reason: string }> | null;

/** Keeps the messages of the dead-letter queue, where they would be gone after some days. */
export async function recordDead(batch: MessageBatch, { RESULTS }: Env): Promise<void> {
  const insert = RESULTS.prepare("INSERT INTO dead_letters (message, reason) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const letters = batch.messages.map(({ body }) => {
    const { message = body, reason = null } = (body as DeadLetter) ?? {};
    return insert.bind(JSON.stringify(message), reason);
  });
  await RESULTS.batch(letters);
}
