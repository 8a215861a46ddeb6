/** The model of the demo: a pinned public file, fetched once, checked and cached. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SingleBar } from "cli-progress";
import envPaths from "env-paths";

export const DEMO_MODEL = {
  url: "https://raw.githubusercontent.com/google-coral/test_data/104342d2d3480b3e66203073dac24f4e2dbb4c41/mobilenet_v1_0.25_128_quant.tflite",
  sha256: "cb273c23ee76374b05b9583177e28aa19744858a7679c56a250e83d0333da785",
  bytes: 525598,
};

const TIMEOUT_MS = 30_000;

/** Where the file is cached. */
export function cachePath(): string {
  const folder = process.env.MOBILENET_SIMD_CACHE ?? envPaths("mobilenet-simd", { suffix: "" }).cache;
  return join(folder, `${DEMO_MODEL.sha256}.tflite`);
}

/**
 * The model's bytes, from the cache or else from `url`.
 *
 * @throws Error if it cannot be fetched, or is not the file that it should be.
 */
export async function findDemoModel(url: string = DEMO_MODEL.url): Promise<Uint8Array> {
  const path = cachePath();
  const cached = await readFile(path).catch(() => undefined);
  if (cached && isGenuine(cached)) return cached;
  const bytes = await download(url);
  if (!isGenuine(bytes)) throw new Error(`${url} is not the file expected: its sha256 is ${sha256(bytes)}`);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, bytes);
  await rename(partial, path); // so that nobody reads half a file
  return bytes;
}

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: Error) => {
    throw new Error(`cannot reach ${url}: ${((error.cause as Error | undefined) ?? error).message}`);
  });
  if (!response.ok || !response.body) throw new Error(`${url}: HTTP status ${response.status}`);
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: "fetching the model {bar} {value}/{total} bytes", stream: process.stderr })
    : undefined;
  bar?.start(DEMO_MODEL.bytes, 0);
  const bytes = new Uint8Array(DEMO_MODEL.bytes);
  let received = 0;
  try {
    for await (const chunk of response.body) {
      if (received + chunk.length > bytes.length) throw new Error(`${url} sends more than ${bytes.length} bytes`);
      bytes.set(chunk, received);
      received += chunk.length;
      bar?.update(received);
    }
  } finally {
    bar?.stop();
  }
  return bytes.subarray(0, received);
}

function isGenuine(bytes: Uint8Array): boolean {
  return sha256(bytes) === DEMO_MODEL.sha256;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
