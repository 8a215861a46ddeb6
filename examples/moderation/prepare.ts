/**
 * Puts the MobileNet V2 of the npm package nsfwjs into the folder `model`: `node prepare.ts`. The package has its files in
 * JavaScript modules that hold data only, which are evaluated without access to anything.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

const PACKAGE = "nsfwjs@4.3.0";
const LABELS = ["Drawing", "Hentai", "Neutral", "Porn", "Sexy"];

const [target = "model"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "moderation-"));
try {
  const [archive] = JSON.parse(execFileSync("npm", ["pack", PACKAGE, "--json"], { cwd: folder, encoding: "utf8" })) as [
    { readonly filename: string },
  ];
  execFileSync("tar", ["-xzf", archive.filename], { cwd: folder });
  const json = evaluated("model") as { readonly weightsManifest: readonly { readonly paths: readonly string[] }[] };
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "model.json"), JSON.stringify(json));
  writeFileSync(join(target, "labels.txt"), LABELS.join("\n"));
  for (const path of json.weightsManifest.flatMap(({ paths }) => paths)) {
    writeFileSync(join(target, path), Buffer.from(evaluated(path) as string, "base64"));
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** What a module of the package exports. */
function evaluated(name: string): unknown {
  const module = { exports: {} };
  const file = join(folder, `package/dist/models/mobilenet_v2/${name}.min.js`);
  runInNewContext(readFileSync(file, "utf8"), { module, exports: module.exports });
  return module.exports;
}
