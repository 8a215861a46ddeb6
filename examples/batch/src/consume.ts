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
import { checkMessage, type PictureVersion } from "./message.ts";
import { knownVersions, storeResults, type Result } from "./results.ts";

const model = new IsolateModel(({ MODELS, MODEL }: Env) => fromBucket(MODELS, MODEL));
const pictures = new PictureReader(CODEC_MODULES);

/**
 * Asks about the pictures of a batch one after another and stores the results together. A message is acknowledged when its
 * result is stored; if anything goes wrong before, it comes again, up to the queue's max_retries. What no retry can help,
 * such as a damaged picture, goes to the dead letters at once, with the reason.
 */
export async function consume(batch: MessageBatch, env: Env, ctx: ExecutionContext): Promise<void> {
  const net = await model.get(env, ctx);
  const isKnown = await knownVersions(batch.messages, env);
  const done: Message[] = [];
  const results: Result[] = [];
  const late = () => new Error(`not done in ${env.PICTURE_SECONDS} s`);
  for (const message of batch.messages) {
    try {
      const version = checkMessage(message.body);
      const result = isKnown(version) ? undefined : await within(env.PICTURE_SECONDS, ask(version, net, env), late);
      if (result) results.push(result);
      done.push(message);
    } catch (error) {
      console.error(`attempt ${message.attempts} at ${JSON.stringify(message.body)}:`, error);
      if (error instanceof Refusal && error.status < 500) {
        await env.DEAD.send({ message: message.body, reason: error.message });
        done.push(message);
      } else {
        message.retry();
      }
    }
  }
  await storeResults(results, env);
  for (const message of done) message.ack();
}

/** What the model says of a picture, in the version that is in the bucket now; undefined if there is none any more. */
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
