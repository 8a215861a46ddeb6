/** workerd with one Worker, on the loopback. */
import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { EXECUTABLES } from "./tools.js";

/** How workerd is told what a module is. */
const KINDS: Readonly<Record<string, string>> = { ".js": "esModule", ".wasm": "wasm", ".tflite": "data" };

export interface Workerd {
  readonly origin: string;
  readonly pid: number;
  stop(): void;
}

/** Serves the modules in a folder; the one named `main` comes first, as Workers want it. */
export async function startWorkerd(folder: string, main: string): Promise<Workerd> {
  const names = readdirSync(folder).filter((name) => extname(name) in KINDS);
  const modules = [main, ...names.filter((name) => name !== main)].map(
    (name) => `(name = "${name}", ${KINDS[extname(name)]} = embed "${name}")`,
  );
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-10-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`,
  );
  const child = spawn(EXECUTABLES.workerd, ["serve", config, "--control-fd=3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`workerd ended with code ${code}`)));
    createInterface(child.stdio[3] as Readable).on("line", (line) => {
      const message = JSON.parse(line) as { event: string; port?: number };
      if (message.event === "listen") resolve(message.port!);
    });
  });
  return { origin: `http://127.0.0.1:${port}`, pid: child.pid!, stop: () => child.kill() };
}
