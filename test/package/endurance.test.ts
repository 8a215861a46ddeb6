/**
 * A hundred thousand inferences (40,000 in a sample), with requests in between that are refused: neither the network's memory nor the process
 * grows, and what comes out stays the same. Linear memory cannot: it is made with its size as the maximum.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { describeShared } from "../support/shared.js";
import { bundleWorker } from "./support/bundle.js";
import { MODEL } from "./support/consumer.js";
import { SAMPLE } from "./support/sample.js";
import { run } from "./support/tools.js";
import { startWorkerd } from "./support/workerd.js";

const folder = join(inject("consumer").folder, MODEL);
const TIMES = SAMPLE ? 40_000 : 100_000;

/** What a heap may be larger because of when it was last swept: a few bytes an inference. */
const HEAP = 500_000;
/** And a process, which keeps free pages: 200 bytes an inference, where an output that is never let go of has 1001. */
const RESIDENT = 16e6;

interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly buffers: number;
}

describeShared(`${TIMES} inferences`, () => {
  test("in Node", async () => {
    // The space for young objects grows to 48 MB otherwise, whatever the program does.
    const flags = ["--expose-gc", "--max-semi-space-size=1"];
    const printed = await run(process.execPath, [...flags, "endurance.js", "model.tflite", `${TIMES}`], folder);
    const { early, late } = JSON.parse(printed) as { early: Memory; late: Memory };
    console.info(`Node: resident ${early.rss} → ${late.rss} bytes, heap ${early.heap} → ${late.heap}`);
    expect(late.heap - early.heap).toBeLessThan(HEAP);
    expect(late.buffers - early.buffers).toBeLessThan(HEAP);
    expect(late.rss - early.rss).toBeLessThan(RESIDENT);
  });

  test("in workerd", async () => {
    await bundleWorker(folder, "worker.js", "endurance");
    const worker = await startWorkerd(join(folder, "endurance"), "worker.js");
    try {
      const input = readFileSync(join(folder, "inputs.bin")).subarray(0, 128 * 128 * 3);
      const infer = async (body: Uint8Array<ArrayBuffer>, times: number) =>
        fetch(`${worker.origin}/run?times=${times}`, { method: "POST", body });
      const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());
      const resident = () => {
        const status = readFileSync(`/proc/${worker.pid}/status`, "utf8");
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
      };
      const first = await bytes(await infer(input, 1));
      let early = 0;
      for (let request = 1; request <= 100; ++request) {
        const answer = await bytes(await infer(input, TIMES / 100));
        expect(Buffer.compare(answer, first)).toBe(0);
        const refused = await infer(input.subarray(0, 1000 + request), 1);
        expect(refused.status).toBe(422);
        expect(await refused.text()).toContain(`"input" must be Uint8Array of length 49152`);
        if (request === 20) early = resident();
      }
      const late = resident();
      console.info(`workerd: resident ${early} → ${late} bytes`);
      expect(late - early).toBeLessThan(RESIDENT);
    } finally {
      worker.stop();
    }
  });
});
