/**
 * What a request costs in CPU time, by stage, and how long it takes when many come at once. A Worker's clock stands still
 * while it computes, so the time is that of the workerd process, over many requests. Linux.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "../../support/http.ts";
import { seededModel, sharedFile } from "../../support/models.ts";
import { seededPixels, toJpeg, toPng, toWebp, type Pixels } from "../../support/pictures.ts";
import { cpuOf, workerdProcesses } from "../../support/process.ts";
import { bundle, start } from "../../support/workers.ts";

const FOLDER = "cloudflare-worker";
const STAGES = "bench/worker/stages.ts";
const ROUNDS = 7;
const REQUESTS = 30;

const models = {
  "0.25/128, 8 bits": sharedFile("models/mobilenet_v1_0.25_128_quant.tflite") ?? seededModel(0.25, 128, "int8"),
  "1.0/224, float32": seededModel(1, 224, "float32"),
};
const small = seededPixels(640, 480, 1);
const large = seededPixels(1920, 1080, 2);
const pictures: readonly (readonly [string, Uint8Array])[] = [
  ...(await formatsOf(small)),
  ["1920×1080 JPEG", toJpeg(large)],
  ...photograph("1280×720 JPEG, a photograph", "images/cat_720p.jpg"),
];

async function formatsOf(pixels: Pixels): Promise<(readonly [string, Uint8Array])[]> {
  const size = `${pixels.width}×${pixels.height}`;
  return [
    [`${size} JPEG`, toJpeg(pixels)],
    [`${size} PNG`, await toPng(pixels)],
    [`${size} WebP`, await toWebp(pixels, { quality: 80 })],
  ];
}

function photograph(name: string, path: string): (readonly [string, Uint8Array])[] {
  const file = sharedFile(path);
  return file ? [[name, file]] : [];
}

for (const [name, model] of Object.entries(models)) {
  const files = { "model.tflite": model, [STAGES]: readFileSync(join(import.meta.dirname, "..", FOLDER, STAGES)) };
  const built = bundle("bench", { folder: FOLDER, main: STAGES, files });
  const worker = await start(built);
  try {
    await measure(name, await worker.ready, workerdProcesses()[0]!);
  } finally {
    await worker.dispose();
  }
}

async function measure(model: string, url: URL, pid: number): Promise<void> {
  const cpu = async (path: string, file: Uint8Array, requests = REQUESTS) => {
    const before = cpuOf(pid);
    const { failures } = await load(new URL(path, url), [file], { connections: 1, requests });
    if (failures) throw new Error(`${failures} of ${requests} requests of ${path} failed`);
    return (cpuOf(pid) - before) / requests;
  };
  const [, smallest] = pictures[0]!;
  const before = cpuOf(pid);
  await fetch(url); // the isolate starts, with the model inside
  const began = cpuOf(pid) - before;
  const first = await cpu("/classify", smallest, 1);
  console.log(
    `\n${model}: the isolate takes ${began.toFixed(0)} ms of CPU time to start, its first request ${first.toFixed(0)} ms`,
  );
  console.log("ms of CPU time for a request     transport   decode   resize  network");
  for (const [name, file] of pictures) {
    const byte = smallest.subarray(0, 1);
    const stages = [
      ["/body", file],
      ["/decode", file],
      ["/classify", file],
      ["/run", byte],
      ["/body", byte],
    ] as const;
    const rounds: number[][] = [];
    for (let round = -2; round < ROUNDS; ++round) {
      const times = [];
      for (const [path, sent] of stages) times.push(await cpu(path, sent));
      const [body, decode, whole, run, nothing] = times as [number, number, number, number, number];
      const network = run - nothing;
      if (round >= 0) rounds.push([body, decode - body, whole - decode - network, network]); // those before warm it up
    }
    const figures = [0, 1, 2, 3].map((stage) => Math.max(0, median(rounds.map((times) => times[stage]!))));
    console.log(`${name.padEnd(32)}${figures.map((ms) => ms.toFixed(2).padStart(9)).join("")}`);
  }
  const report = await load(
    new URL("/classify", url),
    pictures.map(([, file]) => file),
    { connections: 32, requests: 2000 },
  );
  console.log(
    `2,000 requests on 32 connections: ${report.failures} failures, p50 ${report.p50.toFixed(1)} ms, ` +
      `p99 ${report.p99.toFixed(1)} ms, ${report.perSecond.toFixed(0)} a second`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
