/** The wide kernels: used when asked for and only where they work. The flag is the process's, so each test has its own. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RuntimeReport } from "../../src/index.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { loadModel } from "../support/load.js";
import { temporaryFolder } from "../support/files.js";

const CAPABLE = Number(process.versions.node.split(".")[0]) >= 24 && process.arch === "x64";
const ENTRY = join(import.meta.dirname, "../../build/index.js");
const folder = temporaryFolder();

/** Loads a model in a process of its own, with and without the option, and tells what ran and whether it gave the same. */
function report(options: string, flags: readonly string[] = []): { runtime: RuntimeReport; same: boolean } {
  const model = join(folder(), "model.tflite");
  writeFileSync(model, writeTflite(mobileNetV1({ alpha: 0.5, resolution: 96, classes: 10 })));
  const script = `
    import { loadModel } from ${JSON.stringify(ENTRY)};
    const net = await loadModel(${JSON.stringify(model)}, ${options});
    const other = await loadModel(${JSON.stringify(model)}, { kernels: "relaxed" }).catch(() => net);
    const x = Float32Array.from({ length: 96 * 96 * 3 }, (_, i) => Math.sin(i));
    let same = true;
    for (let run = 0; run < 200; ++run) {
      const [a, b] = [net, other].map((each) => each.run(x)[0].data);
      same &&= a.every((value, i) => value === b[i]);
    }
    net.dispose();
    console.log(JSON.stringify({ runtime: net.runtime, same }));
  `;
  const args = [...flags, "--input-type=module", "--eval", script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as ReturnType<typeof report>;
}

test.runIf(CAPABLE)("run when asked for, and give the same bytes", () => {
  const { runtime, same } = report('{ kernels: "wide" }');
  expect(same).toBe(true);
  expect(runtime).toMatchObject({ kernels: "wide", threads: 1 });
  expect(runtime.reasons).toBeUndefined();
});

test.runIf(CAPABLE)("run on two threads", () => {
  const { runtime, same } = report('{ kernels: "wide", threads: 2 }');
  expect(same).toBe(true);
  expect(runtime).toMatchObject({ kernels: "wide", threads: 2 });
});

test.runIf(CAPABLE)("run in a Node that was started with the flag, unless told otherwise", () => {
  const flags = ["--experimental-wasm-revectorize"];
  expect(report("{}", flags).runtime.kernels).toBe("wide");
  expect(report('{ kernels: "relaxed" }', flags).runtime.kernels).toBe("relaxed");
});

test("do not run when nobody asked", () => {
  expect(report("{}").runtime.kernels).not.toBe("wide");
});

test.runIf(!CAPABLE)("are refused with a reason where they cannot run", async () => {
  const net = await loadModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }), { kernels: "wide" });
  expect(net.runtime.kernels).not.toBe("wide");
  expect(net.runtime.reasons!.kernels).toBe("V8's revectorization needs Node 24 or later on x64");
});
