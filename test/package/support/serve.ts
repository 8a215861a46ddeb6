/** A file server on the loopback, for pages. */
import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * Headers of a page that is cross-origin isolated, so that it has shared memory, and whose policy is as strict as threads
 * and WebAssembly let it be.
 */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:",
};

/**
 * Serves folders, each file from the first that has it; PUT writes to the last.
 *
 * @returns its origin, and what stops it.
 */
export async function serve(
  folders: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<{ origin: string; stop: () => void }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, "http://localhost").pathname);
    const found = folders
      .map((folder) => join(folder, path))
      .find((file) => existsSync(file) && statSync(file).isFile());
    if (request.method === "PUT") {
      void pipeline(request, createWriteStream(join(folders.at(-1)!, path))).then(() => response.end());
    } else if (found) {
      const type = TYPES[extname(found)] ?? "application/octet-stream";
      const length = statSync(found).size;
      response.writeHead(200, { "content-type": type, "content-length": length, ...headers });
      createReadStream(found).pipe(response);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, stop: () => server.close() };
}
