/** Classic Web Workers on Node's threads, as far as emscripten's pthreads need them. */
import { Worker, type Transferable } from "node:worker_threads";

/** Runs in the thread: the scope of a Web Worker, and then its script. */
const SCOPE = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { readFileSync } = require("node:fs");
  Object.assign(globalThis, {
    self: globalThis,
    location: { href: workerData },
    importScripts: (path) => (0, eval)(readFileSync(path, "utf8")),
    postMessage: (message) => parentPort.postMessage(message),
  });
  parentPort.on("message", (data) => self.onmessage({ data }));
  importScripts(workerData);
`;

class WebWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
  onerror: ((error: unknown) => void) | undefined;
  readonly #thread: Worker;

  constructor(path: string) {
    this.#thread = new Worker(SCOPE, { eval: true, workerData: path });
    this.#thread.on("message", (data) => this.onmessage?.({ data }));
    this.#thread.on("error", (error) => this.onerror?.(error));
  }

  postMessage(message: unknown, transfer?: readonly Transferable[]): void {
    this.#thread.postMessage(message, transfer);
  }

  terminate(): void {
    void this.#thread.terminate();
  }
}

/** Gives Node's global scope the names by which scripts know that they run on the web. */
export function pretendToBeWeb(): void {
  Object.assign(globalThis, { self: globalThis, Worker: WebWorker });
}
