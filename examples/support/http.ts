/** Requests to a Worker on loopback. */
import { Agent, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly error?: string;
    readonly detections?: readonly { readonly box: object; readonly score: number; readonly index: number }[];
    readonly classes?: readonly { readonly index: number; readonly label?: string; readonly score: number }[];
  };
}

export async function ask(url: URL, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(new URL(path, url), init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
}

export interface Load {
  readonly connections: number;
  readonly requests: number;
}

export interface LoadReport {
  readonly failures: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

/** Posts one of several files after another, as many at the same time as there are connections. */
export async function load(
  url: URL,
  files: readonly Uint8Array[],
  { connections, requests }: Load,
): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let failures = 0;
  let next = 0;
  const began = performance.now();
  const connection = async () => {
    for (let index = next++; index < requests; index = next++) {
      const start = performance.now();
      const status = await post(agent, url, files[index % files.length]!).catch(() => 0);
      times.push(performance.now() - start);
      if (status !== 200) ++failures;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const percentile = (share: number) => times[Math.ceil(share * times.length) - 1]!;
  return { failures, p50: percentile(0.5), p99: percentile(0.99), perSecond: requests / seconds };
}

/** The status of an answer, after all of it has come. */
function post(agent: Agent, url: URL, file: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: "POST", headers: { "content-length": file.length } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode!));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(file);
  });
}

/**
 * Posts so many bytes without ever ending the body, and gives the status that comes nevertheless.
 *
 * @param announced its Content-Length; none for a body in pieces.
 */
export function postUnended(url: URL, bytes: number, announced?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = announced === undefined ? {} : { "content-length": announced };
    const sent = request(url, { method: "POST", headers }, (response) => {
      resolve(response.statusCode!);
      sent.destroy();
    });
    sent.on("error", reject);
    sent.write(new Uint8Array(bytes));
  });
}
