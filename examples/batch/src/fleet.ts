/**
 * A fleet: messages about pictures in a bucket fan out to as many of these Workers as Queues finds useful; results go to
 * a database. A message may come more than once and in any order; its result is there once.
 */
import { Refusal } from "mobilenet-simd-worker/errors.ts";
import { consume, isolateRetried } from "./consume.ts";
import { enqueue } from "./enqueue.ts";
import type { Env } from "./env.ts";
import { recordDead } from "./results.ts";

export default {
  /** `POST /enqueue?prefix=` puts a page of the bucket's pictures into the queue. */
  async fetch(request, env) {
    try {
      return Response.json(await enqueue(request, env));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return Response.json({ error: error.message }, { status: error.status, headers: error.headers });
    }
  },

  async queue(batch, env, ctx) {
    if (batch.queue.endsWith("-dead")) await recordDead(batch, env);
    else if (batch.queue.endsWith("-single")) await consume(batch.messages, env, ctx);
    else await consume(await isolateRetried(batch, env), env, ctx);
  },
} satisfies ExportedHandler<Env>;
