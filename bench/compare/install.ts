/** Installs the rivals beside the bench, where none of them enters our own dependencies. */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ENGINES, type EngineName } from "./engines/index.js";
import { COMPARE } from "./folders.js";

/** On first use and whenever the lock file is newer than what is installed. Their install scripts are not run. */
export async function installRivals(engines: readonly EngineName[]): Promise<void> {
  const loaded = await Promise.all(engines.map((name) => ENGINES[name]()));
  if (loaded.every((engine) => engine.package === undefined)) return;
  const modified = (file: string) => statSync(new URL(file, COMPARE), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
    process.stderr.write("installing the rivals into bench/compare/node_modules, 0.6 GB\n");
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: fileURLToPath(COMPARE),
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  for (const engine of loaded) await engine.install?.();
}
