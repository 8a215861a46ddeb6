/** Filling the queue with what is in the bucket already. */
import { Refusal } from "mobilenet-simd-worker/errors.ts";
import type { Env } from "./env.ts";
import type { PictureMessage } from "./message.ts";

/** Messages that Queues takes at once. */
const MOST_AT_ONCE = 100;

/**
 * Queues a page of up to 1000 pictures. The answer's cursor, as long as there is one, asks for the next page.
 *
 * @throws Refusal 404, 405, 401.
 */
export async function enqueue(request: Request, env: Env): Promise<{ queued: number; cursor?: string }> {
  const { pathname, searchParams: query } = new URL(request.url);
  if (pathname !== "/enqueue") throw new Refusal(404, `there is nothing at ${pathname}`);
  if (request.method !== "POST") throw new Refusal(405, `expected POST, got ${request.method}`, { allow: "POST" });
  if (!(await isAllowed(request, env))) throw new Refusal(401, "expected the token", { "www-authenticate": "Bearer" });
  const cursor = query.get("cursor");
  const page = await env.PICTURES.list({ prefix: query.get("prefix") ?? "", ...(cursor !== null && { cursor }) });
  const messages = page.objects.map(({ key, etag }) => ({
    body: { object: { key, eTag: etag } } satisfies PictureMessage,
  }));
  for (let start = 0; start < messages.length; start += MOST_AT_ONCE) {
    await env.QUEUE.sendBatch(messages.slice(start, start + MOST_AT_ONCE));
  }
  return { queued: messages.length, ...(page.truncated && { cursor: page.cursor }) };
}

/** Compares digests, which takes the same time for all wrong tokens. */
async function isAllowed(request: Request, { ENQUEUE_TOKEN: token }: Env): Promise<boolean> {
  if (!token) return false;
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const given = request.headers.get("authorization") ?? "";
  return crypto.subtle.timingSafeEqual(await digest(given), await digest(`Bearer ${token}`));
}
