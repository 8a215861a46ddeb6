/**
 * npm run bench:faces: how long it takes to find the faces in a picture, here and in face-api on the WebAssembly backend
 * of TensorFlow.js, on one thread; `-- NODE` measures on another Node.
 *
 * Each engine has a process of its own, and they run in turn, so that a machine that gets slower does so for both. What
 * is timed goes from the decoded picture to the boxes. Nothing is timed that has not found the same faces.
 */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import jpeg from "jpeg-js";
import { squeezed } from "../../src/image/picture.js";
import { resize, WHITE } from "../../src/image/resize.js";
import { figure } from "../compare/measure/statistics.js";
import { ENGINES, type EngineName, type Picture } from "./engines.js";
import { FACES, ROOT } from "./folders.js";

const ROUNDS = 9;
const RUNS = 5;
const PIXELS_APART = 0.01;

if (!existsSync(new URL("node_modules/.package-lock.json", FACES))) {
  process.stderr.write("installing face-api and TensorFlow.js into bench/faces/node_modules\n");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: fileURLToPath(FACES),
    stdio: ["ignore", "ignore", "inherit"],
  });
}

const execPath = process.argv[2] ?? process.execPath;
const version = execFileSync(execPath, ["--version"], { encoding: "utf8" }).trim();
const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-"));
try {
  process.stdout.write(
    `Faces in a picture, one thread, Node ${version}: median of ${ROUNDS * RUNS}, quartiles, peak memory\n`,
  );
  for (const picture of pictures()) await compare(picture);
} finally {
  rmSync(folder, { recursive: true });
}

/** A sample photo as it is, and as the 512×512 pixels that the network sees. */
function pictures(): Picture[] {
  const file = readFileSync(new URL("node_modules/@vladmandic/face-api/demo/sample1.jpg", ROOT));
  const photo = jpeg.decode(file, { useTArray: true, formatAsRGBA: false });
  const { width, height } = photo;
  const small = { data: new Uint8Array(512 * 512 * 3), width: 512, height: 512 };
  resize(
    photo,
    squeezed({ x: 0, y: 0, width, height }, 512, 512),
    { data: small.data, width: 512, height: 512 },
    { antialias: false, background: WHITE },
  );
  return [small, photo].map(({ data, ...size }) => {
    const path = join(folder, `${size.width}.rgb`);
    writeFileSync(path, data);
    return { path, ...size };
  });
}

async function compare(picture: Picture): Promise<void> {
  const running: { name: EngineName; child: ChildProcess; faces: number[]; times: number[]; peak: number }[] = [];
  for (const name of ENGINES) {
    const child = fork(fileURLToPath(new URL("build/child.js", FACES)), [name, JSON.stringify(picture)], { execPath });
    const [{ faces }] = (await once(child, "message")) as [{ faces: number[] }];
    running.push({ name, child, faces, times: [], peak: 0 });
  }
  const [ours, theirs] = running.map(({ faces }) => faces) as [number[], number[]];
  if (ours.length !== theirs.length || ours.some((value, i) => Math.abs(value - theirs[i]!) > PIXELS_APART)) {
    throw new Error(`not the same faces: ${JSON.stringify(ours)}, ${JSON.stringify(theirs)}`);
  }
  for (let round = 0; round < ROUNDS; ++round) {
    for (const engine of running) {
      engine.child.send(RUNS);
      const [{ times, peak }] = (await once(engine.child, "message")) as [{ times: number[]; peak: number }];
      engine.times.push(...times);
      engine.peak = peak;
    }
  }
  process.stdout.write(`\n${picture.width}×${picture.height}, ${ours.length / 5} faces\n`);
  const slowest = figure(running.at(-1)!.times).median;
  for (const { name, times, peak, child } of running) {
    const { median, low, high } = figure(times);
    const [ms, mb] = [`${median.toFixed(1)} ms`, `${(peak / 1e6).toFixed(0)} MB`];
    const spread = `${low.toFixed(1)}–${high.toFixed(1)}`;
    process.stdout.write(
      `  ${name.padEnd(9)} ${ms.padStart(9)}  ${spread.padEnd(13)} ${mb.padStart(7)}  ×${(slowest / median).toFixed(2)}\n`,
    );
    child.disconnect();
  }
}
