/**
 * CPU time until the first answer of a new isolate, CPU time of a request by stage, and latency when many come at once. A
 * Worker's clock stands still while it computes, so the times are those of the workerd process. Linux.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "../../support/http.ts";
import { compileModel } from "mobilenet-simd/compile";
import { seededModel, sharedFile } from "../../support/models.ts";
import { seededPixels, toJpeg, toPng, toWebp, type Pixels } from "../../support/pictures.ts";
import { cpuOf, workerdProcesses } from "../../support/process.ts";
import { bundle, start, type Bundle } from "../../support/workers.ts";

const FOLDER = "cloudflare-worker";
const STAGES = "bench/worker/stages.ts";
const ROUNDS = 7;
const REQUESTS = 30;
const STARTS = 15;

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
  const compiled = await compileModel(model, { kernels: "relaxed" });
  await measureStarts(name, [
    ["compiled", bundle("bench-compiled", { folder: FOLDER, files: { "src/model.wasm": compiled } })],
    [".tflite", bundle("bench-tflite", { folder: FOLDER, env: "tflite", files: { "model.tflite": model } })],
  ]);
  const stages = readFileSync(join(import.meta.dirname, "..", FOLDER, STAGES));
  const files = { "src/model.wasm": compiled, [STAGES]: stages };
  const built = bundle("bench", { folder: FOLDER, main: STAGES, files });
  const worker = await start(built);
  try {
    await measure(name, await worker.ready, workerdProcesses()[0]!);
  } finally {
    await worker.dispose();
  }
}

/** Starts each Worker in a new process, in turns, and asks it once. */
async function measureStarts(model: string, workers: readonly (readonly [string, Bundle])[]): Promise<void> {
  const [, smallest] = pictures[0]!;
  const times = workers.map((): { cpu: number; first: number; wall: number }[] => []);
  for (let round = 0; round < STARTS; ++round) {
    for (const [index, [, built]] of workers.entries()) {
      const worker = await start(built);
      try {
        const url = await worker.ready;
        const pid = workerdProcesses()[0]!;
        const [before, began] = [cpuOf(pid), performance.now()];
        const { failures } = await load(new URL("/classify", url), [smallest], { connections: 1, requests: 1 });
        if (failures) throw new Error("the first request failed");
        const wall = performance.now() - began;
        times[index]!.push({ cpu: cpuOf(pid), first: cpuOf(pid) - before, wall });
      } finally {
        await worker.dispose();
      }
    }
  }
  console.log(`\n${model}: ms from a new process to its first answer, median of ${STARTS}`);
  for (const [index, [name, { gzipped }]] of workers.entries()) {
    const of = (key: "cpu" | "first" | "wall") => median(times[index]!.map((time) => time[key])).toFixed(1);
    console.log(
      `${name.padEnd(10)} CPU time of the process ${of("cpu")}, of its first request ${of("first")}; ` +
        `first request ${of("wall")}; ${(gzipped / 1e6).toFixed(2)} MB gzipped`,
    );
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
  console.log(`\n${model.padEnd(32)}transport   decode   resize  network (ms of CPU time for a request)`);
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
