/** A trap or an exception on any thread ends the run with a typed error and ends the threads; waiting threads sleep. */
import { afterEach, describe, expect, test, vi } from "vitest";
import workerThreads from "node:worker_threads";
import { ExecutionError } from "../../src/errors.js";
import type { PlannedGroup, PlannedStep } from "../../src/compiler/plan.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import type { BoundStep } from "../../src/runtime/execute.js";
import { CONTROL_BYTES, DONE, FAILED, NEXT, RUNS } from "../../src/runtime/pool/control.js";
import { startPool, type ThreadPool } from "../../src/runtime/pool/pool.js";
import { Program } from "../../src/runtime/program.js";
import { loadModel } from "../support/load.js";
import { BUILDS, modulesOf } from "../support/modules.js";

type WorkerThread = InstanceType<typeof workerThreads.Worker>;

/** Records the workers that a test starts. */
function spyWorkers(): WorkerThread[] {
  const spy = vi.spyOn(workerThreads.Worker.prototype, "postMessage");
  return spy.mock.contexts as WorkerThread[];
}

/** Resolves when all of them have ended by themselves. */
async function ends(workers: readonly WorkerThread[]): Promise<void> {
  expect(workers.length).toBeGreaterThan(0);
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve))));
}

afterEach(() => vi.restoreAllMocks());

describe.each(BUILDS)("%s", (build) => {
  test.each([1, 2, 3])("a kernel that traps, on %d threads", async (threads) => {
    const workers = spyWorkers();
    const graph = mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 });
    const program = await Program.create(graph, modulesOf(build, threads > 1), {
      maxMemory: 2 ** 28,
      keep: [],
      threads,
    });
    program.execute();
    const ended = threads > 1 ? ends(workers) : undefined;
    // Of a step in the middle, every field is an address far beyond the memory.
    const step = program.plan.steps[8]!;
    if (!("calls" in step)) throw new Error("expected a group of calls");
    const params = step.calls[0]!.params;
    new Uint32Array(program.inputs[0]!.buffer, params, 16).fill(0xfffffff0);
    expect(() => program.execute()).toThrow(ExecutionError);
    await ended;
    expect(() => program.execute()).toThrow("the network cannot run: an earlier run failed");
    program.dispose();
  });
});

test("a network says that it cannot run", async () => {
  const net = await loadModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 10 }), { threads: 2 });
  const x = new Float32Array(32 * 32 * 3);
  net.run(x);
  const program = net.runner as Program;
  new Uint32Array(program.inputs[0]!.buffer, program.plan.params.address, 64).fill(0xfffffff0);
  const error = (() => {
    try {
      return net.run(x);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({ name: "ExecutionError", code: "execution" });
  expect(() => net.run(x)).toThrow(ExecutionError);
  net.dispose();
});

/** A module on shared memory whose kernel "pad" runs `code`; local 0 is the address of its parameters. */
function moduleOf(code: readonly number[]): WebAssembly.Module {
  const text = (name: string) => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
  const section = (id: number, bytes: readonly number[]) => [id, bytes.length, ...bytes];
  const body = [0, ...code, 0x0b];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]; // \0asm, version 1
  const types = section(1, [1, 0x60, 6, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0]);
  const imports = section(2, [1, ...text("env"), ...text("memory"), 2, 3, 1, 1]);
  const functions = section(3, [1, 0]);
  const exports = section(7, [1, ...text("pad"), 0, 0]);
  const bodies = section(10, [1, body.length, ...body]);
  return new WebAssembly.Module(
    Uint8Array.from([...header, ...types, ...imports, ...functions, ...exports, ...bodies]),
  );
}

const UNREACHABLE = [0x00];
const NOTHING: readonly number[] = [];
/** Counts down from 2^24: tens of milliseconds. */
const SLOW = [0x41, 0x80, 0x80, 0x80, 0x08, 0x21, 0, 0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b];

/** Pools of two threads, whose worker runs `code` for each task, and the caller `own`. */
describe("a pool", () => {
  const planned: PlannedGroup = {
    op: 0,
    calls: [{ kernel: "pad", params: 0, blocks: 1 }],
    rows: 2,
    tiling: { rows: 1, splits: 1 },
    bytes: 0,
  };
  let control: Int32Array;

  async function start(code: readonly number[], own: () => void, host?: () => void): Promise<ThreadPool> {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);
    const group: BoundStep = { calls: [{ run: own, params: 0, blocks: 1 }], rows: 2, tiling: planned.tiling };
    const hostStep: PlannedStep = { op: 1, stored: [] };
    const [steps, bound] = host
      ? [
          [planned, hostStep],
          [group, host],
        ]
      : [[planned], [group]];
    return startPool(bound, { modules: [moduleOf(code)], memory, steps, batch: 1, control: 0 }, [0, 16]);
  }

  /** Leaves the other task to the worker. */
  function untilTaken(): void {
    while (Atomics.load(control, NEXT) < 2);
  }

  test("throws if the worker traps, and has ended", async () => {
    const workers = spyWorkers();
    const pool = await start(UNREACHABLE, untilTaken);
    const ended = ends(workers);
    expect(() => pool.execute(1)).toThrow("another thread failed");
    await ended;
    expect(Atomics.load(control, FAILED)).toBe(1);
  });

  test.each([
    ["kernel", undefined],
    ["host step", () => fail()],
  ])("throws the error of the caller's own %s, and ends the worker", async (_, host) => {
    const workers = spyWorkers();
    const pool = await start(NOTHING, host ? () => undefined : fail, host);
    const ended = ends(workers);
    expect(() => pool.execute(1)).toThrow("mine");
    await ended;
    expect(Atomics.load(control, FAILED)).toBe(1);
  });

  function fail(): never {
    throw new Error("mine");
  }

  test("sleeps while the worker is busy, and then works alone for a while", async () => {
    let isShared = true;
    const pool = await start(SLOW, () => isShared && untilTaken());
    const wait = vi.spyOn(Atomics, "wait");
    pool.execute(1);
    expect(wait).toHaveBeenCalledWith(control, DONE, expect.any(Number), expect.any(Number));
    expect(Atomics.load(control, DONE)).toBe(2);
    const runs = Atomics.load(control, RUNS);
    isShared = false;
    pool.execute(1);
    expect(Atomics.load(control, RUNS)).toBe(runs);
    pool.terminate();
  });

  test("looks on where the caller may not sleep, as on the main thread of a browser", async () => {
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    const slow = await start(SLOW, untilTaken);
    slow.execute(1);
    expect(Atomics.load(control, DONE)).toBe(2);
    slow.terminate();
    const broken = await start(UNREACHABLE, untilTaken);
    expect(() => broken.execute(1)).toThrow("another thread failed");
  });
});
