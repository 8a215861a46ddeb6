/** Messages about pictures become results. */
import type { Network } from "mobilenet-simd";
import { withBody } from "mobilenet-simd-worker/body.ts";
import { CODEC_MODULES } from "mobilenet-simd-worker/codecs/modules.ts";
import { uprightSize } from "mobilenet-simd-worker/codecs/orientation.ts";
import { Refusal } from "mobilenet-simd-worker/errors.ts";
import { fromBucket, IsolateModel } from "mobilenet-simd-worker/model.ts";
import { PictureReader } from "mobilenet-simd-worker/picture.ts";
import { leastSide, QUESTIONS } from "mobilenet-simd-worker/questions.ts";
import { within } from "mobilenet-simd-worker/within.ts";
import type { Env } from "./env.ts";
import { checkMessage, toLetter, type PictureVersion } from "./message.ts";
import { isOutage } from "./outage.ts";
import { resend } from "./resend.ts";
import { knownVersions, storeResults, type Result } from "./results.ts";

const model = new IsolateModel<Env>(
  ({ MODELS, MODEL }, known) => fromBucket(MODELS, MODEL, known),
  ({ MODEL_CHECK_SECONDS }) => MODEL_CHECK_SECONDS,
);
const pictures = new PictureReader(CODEC_MODULES);

/** Statuses of what no retry helps: no message, too large, no picture, damaged. */
const POISON: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * Moves messages that have come before to the queue whose batches have one message each, and returns the others. Whatever
 * made them come again, a picture that stops the consumer every time say, it then has only itself to stop.
 */
export async function isolateRetried({ messages }: MessageBatch, { SINGLE }: Env): Promise<readonly Message[]> {
  for (const message of messages) {
    if (message.attempts > 1) await resend(message, SINGLE, 0);
  }
  return messages.filter(({ attempts }) => attempts === 1);
}

/** A message about a picture. */
interface Sound {
  readonly message: Message;
  readonly version: PictureVersion;
}

/**
 * Asks about pictures one after another and stores the results together. A message is acknowledged when its result is
 * stored; if anything goes wrong before, it comes again, up to the queue's max_retries, or in an outage however often. A
 * message that no retry can help, about a damaged picture say, goes to the dead letters at once, with the reason.
 */
export async function consume(messages: readonly Message[], env: Env, ctx: ExecutionContext): Promise<void> {
  const sound: Sound[] = [];
  for (const message of messages) {
    try {
      sound.push({ message, version: checkMessage(message.body) });
    } catch (error) {
      await giveUp(message, error, env);
    }
  }
  if (!sound.length) return;
  const net = await model.get(env, ctx).catch(() => undefined);
  if (!net) return postpone(sound, env);
  let isKnown: Awaited<ReturnType<typeof knownVersions>>;
  try {
    isKnown = await knownVersions(
      sound.map(({ version }) => version),
      env,
    );
  } catch (error) {
    return giveBack(sound, error, env);
  }
  const done: Sound[] = [];
  const results: Result[] = [];
  const late = () => new Error(`not done in ${env.PICTURE_SECONDS} s`);
  for (const each of sound) {
    const { message, version } = each;
    try {
      const result = isKnown(version) ? undefined : await within(env.PICTURE_SECONDS, ask(version, net, env), late);
      if (result) results.push(result);
      done.push(each);
    } catch (error) {
      await giveUp(message, error, env);
    }
  }
  try {
    await storeResults(results, env);
  } catch (error) {
    return giveBack(done, error, env);
  }
  for (const { message } of done) message.ack();
}

/** Retries messages, which counts; in an outage they are not at fault and wait. */
async function giveBack(messages: readonly Sound[], error: unknown, env: Env): Promise<void> {
  console.error("results cannot be read or stored:", error);
  if (await isOutage(env)) return postpone(messages, env);
  for (const { message } of messages) message.retry();
}

/** Sends messages anew, later. They begin with no attempts, so they outlast any number of failures. */
async function postpone(messages: readonly Sound[], { SINGLE, DELAY_SECONDS }: Env): Promise<void> {
  for (const { message } of messages) await resend(message, SINGLE, DELAY_SECONDS);
}

/** Gives up a message for now, or for good if no retry helps. */
async function giveUp(message: Message, error: unknown, env: Env): Promise<void> {
  const letter = toLetter(message.body);
  console.error(`attempt ${message.attempts} at ${JSON.stringify(letter)}:`, error);
  if (!(error instanceof Refusal && POISON.has(error.status))) {
    if (await isOutage(env)) await resend(message, env.SINGLE, env.DELAY_SECONDS);
    else message.retry();
    return;
  }
  try {
    await env.DEAD.send({ message: letter, reason: error.message });
    message.ack();
  } catch (failure) {
    console.error("the dead letter cannot be sent:", failure);
    message.retry(); // until the queue makes it a dead letter itself
  }
}

/** The answer for a picture, in the version that is in the bucket now; undefined if there is none any more. */
async function ask({ key }: PictureVersion, net: Network, { PICTURES, QUESTION }: Env): Promise<Result | undefined> {
  const question = QUESTIONS.get(QUESTION);
  if (!question) throw new Error(`"QUESTION" expected ${[...QUESTIONS.keys()].join(" or ")}, got ${QUESTION}`);
  const object = await PICTURES.get(key);
  if (!object) return undefined;
  const { body, size, etag } = object;
  const answer = await withBody(body, String(size), (file) =>
    pictures.show(file, leastSide(net), (image, header) =>
      question(new URLSearchParams())(net, image, uprightSize(header)),
    ),
  );
  return { key, eTag: etag, answer };
}
