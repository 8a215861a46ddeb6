/**
 * A thread of a pool that runs one program.
 *
 * Units are numbered across all stages. A thread claims the next number, waits until every unit of the earlier stages is
 * done, runs its unit and counts it as done: two atomic additions per unit and no barrier. A worker that sleeps or is late
 * delays nobody, because the calling thread then does the work alone.
 */
import { runUnit, unitsOf, type RunningStage } from "../execute.js";

/** Counters in shared memory, each in its own cache line. Indices of an Int32Array. */
const LINE = 16;
const NEXT = 0;
const DONE = LINE;
const CALLS = 2 * LINE;
const SLEEPING = 3 * LINE;
/** Number of images of the batch to compute. */
const IMAGES = 4 * LINE;

/** Bytes of the counters. */
export const CONTROL_BYTES = 5 * LINE * 4;

/** Polls for work before a worker sleeps: about 100 µs, longer than a caller takes between two runs. */
const SPINS = 20_000;

export class PoolThread {
  readonly #control: Int32Array;
  readonly #stages: readonly RunningStage[];
  readonly #batch: number;
  readonly #panel: number;
  /** The number of the first unit of each stage, then the number of units. */
  readonly #firsts: Int32Array;

  constructor(stages: readonly RunningStage[], batch: number, control: Int32Array, panel: number) {
    this.#control = control;
    this.#stages = stages;
    this.#batch = batch;
    this.#panel = panel;
    this.#firsts = new Int32Array(stages.length + 1);
    for (const [index, stage] of stages.entries()) this.#firsts[index + 1] = this.#firsts[index]! + unitsOf(stage);
  }

  /**
   * Runs the program together with the workers that are awake; returns when all units are done. For the calling thread.
   *
   * @param ends receives the time, by performance.now(), at which this thread saw each stage end.
   */
  run(images: number, ends?: Float64Array): void {
    const control = this.#control;
    // NEXT comes last: a thread that can claim a unit finds DONE reset.
    Atomics.store(control, IMAGES, images);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, CALLS, (Atomics.load(control, CALLS) + 1) & 0x7fffffff);
    if (Atomics.load(control, SLEEPING) > 0) Atomics.notify(control, CALLS);
    for (let stage = this.#work(ends); stage < this.#stages.length; ++stage) this.#await(stage, ends);
  }

  /** Takes part in every run until terminate(). Blocks. For workers. */
  serve(): void {
    const control = this.#control;
    let calls = 0;
    for (;;) {
      for (let i = 0; i < SPINS && Atomics.load(control, CALLS) === calls; ++i);
      if (Atomics.load(control, CALLS) === calls) {
        Atomics.add(control, SLEEPING, 1);
        Atomics.wait(control, CALLS, calls);
        Atomics.sub(control, SLEEPING, 1);
      }
      calls = Atomics.load(control, CALLS);
      if (calls < 0) return;
      this.#work();
    }
  }

  /**
   * Claims and runs units until none are left. The next number of a late worker may already belong to the next run, which
   * is harmless: every run has the same numbers, because fewer images leave units empty instead of renumbering them.
   *
   * @returns the first stage that may have units left that other threads have claimed.
   */
  #work(ends?: Float64Array): number {
    const control = this.#control;
    const firsts = this.#firsts;
    const stages = this.#stages;
    let stage = 0;
    for (;;) {
      const unit = Atomics.add(control, NEXT, 1);
      if (unit >= firsts[stages.length]!) return stage;
      if (unit < firsts[stage]!) stage = 0;
      for (; unit >= firsts[stage + 1]!; ++stage) this.#await(stage, ends);
      // The loop above does not wait if a late worker is in the same stage of the next run.
      while (Atomics.load(control, DONE) < firsts[stage]!);
      runUnit(stages[stage]!, unit - firsts[stage]!, this.#panel, Atomics.load(control, IMAGES) / this.#batch);
      Atomics.add(control, DONE, 1);
    }
  }

  /** Waits until the units of a stage and of all earlier stages are done. */
  #await(stage: number, ends?: Float64Array): void {
    while (Atomics.load(this.#control, DONE) < this.#firsts[stage + 1]!);
    if (ends) ends[stage] = performance.now();
  }
}

/** Ends the workers that share these counters. */
export function terminate(control: Int32Array): void {
  Atomics.store(control, CALLS, -1);
  Atomics.notify(control, CALLS);
}
