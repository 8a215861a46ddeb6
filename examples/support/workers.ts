/** Workers built by Wrangler as it would upload them, and run by Miniflare on this machine. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, type SourcelessWorkerOptions } from "wrangler";

const EXAMPLES = join(import.meta.dirname, "..");
const WRANGLER = join(EXAMPLES, "node_modules/wrangler/bin/wrangler.js");

export interface Example {
  /** Its folder. */
  readonly folder: string;
  /** The environment in its wrangler.jsonc. Default: the top level. */
  readonly env?: string;
  /** What is bundled instead of its own main file. */
  readonly main?: string;
  /** Files put beside its wrangler.jsonc, such as the model. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** A Worker as it would be uploaded. */
export interface Bundle {
  readonly config: string;
  readonly env: string | undefined;
  readonly dist: string;
  /** Bytes of all its modules, and of these gzipped, which is what plans limit. */
  readonly bytes: number;
  readonly gzipped: number;
}

/** Builds a copy of an example with `wrangler deploy --dry-run`; `name` says where below examples/build. */
export function bundle(name: string, { folder, env, main, files = {} }: Example): Bundle {
  const copy = join(EXAMPLES, "build", name);
  rmSync(copy, { recursive: true, force: true });
  for (const part of ["src", "wrangler.jsonc"])
    cpSync(join(EXAMPLES, folder, part), join(copy, part), { recursive: true });
  for (const [file, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), contents);
  }
  const args = ["deploy", ...(main ? [main] : []), "--dry-run", "--outdir", "dist", "--env", env ?? ""];
  execFileSync(process.execPath, [WRANGLER, ...args], {
    cwd: copy,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG: "error", CI: "true" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const dist = join(copy, "dist");
  const contents = Buffer.concat(modulesIn(dist).map(({ path }) => readFileSync(path)));
  return {
    config: join(copy, "wrangler.jsonc"),
    env,
    dist,
    bytes: contents.length,
    gzipped: gzipSync(contents).length,
  };
}

const MODULE_TYPES = { js: "ESModule", wasm: "CompiledWasm", tflite: "Data" } as const;

/** The modules that Wrangler wrote, the one that begins first. */
function modulesIn(dist: string) {
  const files = readdirSync(dist).flatMap((path) => {
    const type = MODULE_TYPES[extname(path).slice(1) as keyof typeof MODULE_TYPES];
    return type ? [{ type, path: join(dist, path) }] : [];
  });
  return files.toSorted((a, b) => Number(b.type === "ESModule") - Number(a.type === "ESModule"));
}

/** Runs a bundle with the bindings of its configuration, on loopback; what `change` makes of them goes on top. */
export async function start(
  { config, env, dist }: Bundle,
  change: (configured: SourcelessWorkerOptions) => Partial<V4MiniflareOptions> = () => ({}),
): Promise<Miniflare> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config, env);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions,
      modulesRules: undefined,
      modules: modulesIn(dist),
      modulesRoot: dist,
      host: "127.0.0.1",
      log: new Log(LogLevel.ERROR),
      ...change(workerOptions),
    } as V4MiniflareOptions),
  );
  await miniflare.ready;
  return miniflare;
}
