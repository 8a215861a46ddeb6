/** The fleet on one machine: 500 pictures, and what can go wrong with them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadModel } from "mobilenet-simd";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PictureReader } from "../../cloudflare-worker/src/picture.ts";
import { leastSide } from "../../cloudflare-worker/src/questions.ts";
import { compileCodecs } from "../node/codecs.ts";
import { seededModel } from "../../support/models.ts";
import { seededPixels, toJpeg } from "../../support/pictures.ts";
import { bundle, start } from "../../support/workers.ts";

const FOLDER = join(import.meta.dirname, "..");
const TOKEN = "a secret of the test";
const MODEL = seededModel(0.25, 128, "int8");
const FILES = Array.from({ length: 12 }, (_, seed) => toJpeg(seededPixels(160, 120, seed)));

/** How many pictures of each kind; test/worker/faulty.ts says what happens to them. */
const KINDS = {
  sound: 442,
  throws: 20,
  overruns: 5,
  crashes: 2,
  "crashes-late": 2,
  "throws-always": 8,
  "overruns-always": 3,
  "stops-always": 3,
  damaged: 10,
  text: 5,
} as const;
const POISON = /\/(throws-always|overruns-always|stops-always|damaged|text)\//;
/** And as many that test/worker/faulty.ts sends: bodies that JSON does not have, and one that fills a message. */
const NO_MESSAGES = [null, 7, { object: { key: 1 } }];
const STRANGE_MESSAGES = 3;

/** Pictures that are queued before there is a model, and while there is no database. */
const EARLY = 5;
const OUTAGE = 5;

/** All pictures, by key: a bucket lists them mixed. */
const PICTURES = new Map([
  ...Object.entries(KINDS).flatMap(([kind, count]) =>
    Array.from(
      { length: count },
      (_, index) => [`${(index * 37) % 100}/${kind}/${index}`, fileOf(kind, index)] as const,
    ),
  ),
  ...Array.from({ length: EARLY }, (_, index) => [`early/sound/${index}`, fileOf("sound", index)] as const),
  ...Array.from({ length: OUTAGE }, (_, index) => [`outage/sound/${index}`, fileOf("sound", index)] as const),
  ["outage/text/0", fileOf("text", 0)] as const,
]);

function fileOf(kind: string, index: number): Uint8Array<ArrayBuffer> {
  const file = FILES[index % FILES.length]!;
  if (kind === "damaged") return file.slice(0, file.length >> 1);
  return kind === "text" ? new TextEncoder().encode("no picture") : file;
}

type QueueConsumer = Readonly<Record<string, unknown>>;

let fleet: Miniflare;
let url: URL;

beforeAll(async () => {
  const main = "test/worker/faulty.ts";
  const files = { [main]: readFileSync(join(FOLDER, main)) };
  fleet = await start(bundle("fleet", { folder: "batch", main, files }), ({ bindings, queueConsumers }) => ({
    bindings: { ...(bindings as object), ENQUEUE_TOKEN: TOKEN, PICTURE_SECONDS: 0.5, DELAY_SECONDS: 1 },
    // as configured, without the waiting
    queueConsumers: Object.fromEntries(
      Object.entries(queueConsumers as Record<string, QueueConsumer>).map(([queue, consumer]) => [
        queue,
        { ...consumer, maxBatchTimeout: 0.02, retryDelay: 0 },
      ]),
    ),
    handleStructuredLogs: () => undefined, // the consumer says each failure
  }));
  url = await fleet.ready;
  const database = await fleet.getD1Database("RESULTS");
  for (const statement of readFileSync(join(FOLDER, "migrations/0001_results.sql"), "utf8").split(/;\n/)) {
    if (statement.trim()) await database.prepare(statement).run();
  }
  const bucket = await fleet.getR2Bucket("PICTURES");
  for (const [key, file] of PICTURES) await bucket.put(key, file);
});
afterAll(() => fleet?.dispose());

async function rows<T>(query: string): Promise<T[]> {
  return (await (await fleet.getD1Database("RESULTS")).prepare(query).all<T>()).results;
}

function enqueue(query: string, authorization: string, method = "POST"): Promise<Response> {
  return fetch(new URL(`/enqueue${query}`, url), { method, headers: { authorization } });
}

test("only who has the token fills the queue", async () => {
  expect((await enqueue("", "")).status).toBe(401);
  expect((await enqueue("", "Bearer another")).status).toBe(401);
  expect((await enqueue("", `Bearer ${TOKEN}`, "GET")).status).toBe(405);
  expect((await fetch(new URL("/", url))).status).toBe(404);
});

const counts = () =>
  rows("SELECT (SELECT count(*) FROM results) AS results, (SELECT count(*) FROM dead_letters) AS dead");

test("messages wait for a model that is missing or damaged, however long", async () => {
  await (await fleet.getR2Bucket("MODELS")).put("model.tflite", MODEL.slice(0, 1000));
  await enqueue("?prefix=early/", `Bearer ${TOKEN}`);
  await sleep(5000); // six attempts, as many as the queue allows, would take less
  expect(await counts()).toEqual([{ results: 0, dead: 0 }]);
  await (await fleet.getR2Bucket("MODELS")).put("model.tflite", MODEL);
  await expect.poll(counts, { timeout: 20_000, interval: 200 }).toEqual([{ results: EARLY, dead: 0 }]);
});

test("messages and dead letters outlast an outage of the database", async () => {
  await fetch(new URL("/down", url));
  await enqueue("?prefix=outage/", `Bearer ${TOKEN}`);
  await sleep(8000);
  expect(await counts()).toEqual([{ results: EARLY, dead: 0 }]);
  await fetch(new URL("/up", url));
  await expect.poll(counts, { timeout: 20_000, interval: 200 }).toEqual([{ results: EARLY + OUTAGE, dead: 1 }]);
});

test("each picture gets its result exactly once, and each poison message is a dead letter", async () => {
  const all = await enqueue("", `Bearer ${TOKEN}`);
  expect(await all.json()).toEqual({ queued: PICTURES.size });
  const again = await enqueue("?prefix=1", `Bearer ${TOKEN}`);
  expect(await again.json()).toEqual({ queued: [...PICTURES.keys()].filter((key) => key.startsWith("1")).length });
  const queue = await fleet.getQueueProducer("QUEUE");
  for (const body of NO_MESSAGES) await queue.send(body);
  expect((await fetch(new URL("/strange", url))).status).toBe(204);

  const sound = [...PICTURES.keys()].filter((key) => !POISON.test(key));
  const poison = [...PICTURES.keys()].filter((key) => POISON.test(key));
  const expected = { results: sound.length, dead: poison.length + NO_MESSAGES.length + STRANGE_MESSAGES };
  await expect.poll(counts, { timeout: 110_000, interval: 500 }).toEqual([expected]);
  await sleep(2000);
  expect(await counts()).toEqual([expected]); // nothing comes after the last

  const net = await loadModel(MODEL);
  const reader = new PictureReader(await compileCodecs());
  const classes = await Promise.all(
    FILES.map((file) => reader.show(file, leastSide(net), (image) => net.classify(image))),
  );
  const results = await rows<{ key: string; answer: string }>("SELECT key, answer FROM results");
  expect(results.map(({ key }) => key).toSorted()).toEqual(sound.toSorted());
  for (const result of results) {
    const index = Number(result.key.split("/")[2]);
    expect(JSON.parse(result.answer)).toEqual({ classes: classes[index % FILES.length] });
  }

  const letters = await rows<{ message: string; reason: string | null }>("SELECT message, reason FROM dead_letters");
  const keyOf = (message: string) => (JSON.parse(message) as { object?: { key?: unknown } } | null)?.object?.key;
  const dead = new Map(letters.map(({ message, reason }) => [keyOf(message) ?? message, reason]));
  for (const key of poison) {
    const reason = { damaged: /damaged picture/, text: /expected a JPEG/ }[key.split("/")[1]!];
    if (reason) expect(dead.get(key)).toMatch(reason);
    else expect(dead.get(key)).toBeNull();
  }

  const faults = (await (await fetch(new URL("/faults", url))).json()) as string[];
  const kinds = (key: string) => /\/(throws|overruns|crashes|crashes-late)\//.test(key);
  expect(faults.toSorted()).toEqual([...PICTURES.keys()].filter(kinds).toSorted());
});
