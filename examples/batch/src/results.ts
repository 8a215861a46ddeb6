/** The tables of migrations/. */
import type { Env } from "./env.ts";
import { resend } from "./resend.ts";
import { isOutage } from "./outage.ts";
import { toLetter, type PictureVersion } from "./message.ts";

export interface Result extends PictureVersion {
  /** As the Worker of the other example answers. */
  readonly answer: object;
}

/** Tells which pictures have their result already, because a message came again. */
export async function knownVersions(
  versions: readonly PictureVersion[],
  { RESULTS }: Env,
): Promise<(version: PictureVersion) => boolean> {
  const keys = versions.map(({ key }) => key);
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

/** A message that the consumer gave up, with its reason, or one that the queue gave up, as it is. */
type DeadLetter = Partial<{ message: unknown; reason: unknown }> | null | undefined;

/** Keeps the messages of the dead-letter queue, which drops them after some days. One that cannot be kept stops no other. */
export async function recordDead(batch: MessageBatch, env: Env): Promise<void> {
  const insert = env.RESULTS.prepare("INSERT INTO dead_letters (message, reason) VALUES (?, ?) ON CONFLICT DO NOTHING");
  for (const message of batch.messages) {
    try {
      const { message: body = message.body, reason } = (message.body as DeadLetter) ?? {};
      await insert.bind(JSON.stringify(toLetter(body)), typeof reason === "string" ? reason : null).run();
      message.ack();
    } catch (error) {
      console.error("a dead letter cannot be kept:", error);
      if (await isOutage(env)) await resend(message, env.DEAD, env.DELAY_SECONDS);
      else message.retry();
    }
  }
}
