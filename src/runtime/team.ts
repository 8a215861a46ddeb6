/**
 * Threads that run one program together.
 *
 * The units of all stages are numbered through. A thread takes the next number, waits until all units of the stages
 * before are done, runs the unit and says that it is done: two atomic additions a unit, and no barrier. A worker
 * that sleeps or is late holds nobody up; the calling thread then does the work alone.
 */
import { runUnit, unitsOf, type RunningStage } from "./execute.js";

/** Counters in shared memory, each in a cache line of its own. Indices of an Int32Array. */
const LINE = 16;
const NEXT = 0;
const DONE = LINE;
const CALLS = 2 * LINE;
const SLEEPING = 3 * LINE;
/** How many images of the batch are to be computed. */
const IMAGES = 4 * LINE;

/** Bytes of the counters. */
export const CONTROL_BYTES = 5 * LINE * 4;

/** How often a worker looks for work before it sleeps: some 100 µs, longer than a caller takes between two runs. */
const PATIENCE = 20_000;

/** A thread that takes part. */
export class Member {
  readonly #control: Int32Array;
  readonly #stages: readonly RunningStage[];
  readonly #batch: number;
  readonly #panel: number;
  /** For each stage the number of its first unit; at the end the number of units. */
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
   * Runs the program together with whoever is awake; returns when all is done.
   *
   * @param ends takes the time at which each stage ended, by performance.now(), as soon as this thread sees it.
   */
  lead(images: number, ends?: Float64Array): void {
    const control = this.#control;
    // In this order: who finds a number to take finds nothing done yet.
    Atomics.store(control, IMAGES, images);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, CALLS, (Atomics.load(control, CALLS) + 1) & 0x7fffffff);
    if (Atomics.load(control, SLEEPING) > 0) Atomics.notify(control, CALLS);
    for (let stage = this.#work(ends); stage < this.#stages.length; ++stage) this.#await(stage, ends);
  }

  /** Takes part in every run until the calls counter is set to a negative number. Blocks; for workers. */
  follow(): void {
    const control = this.#control;
    let calls = 0;
    for (;;) {
      for (let i = 0; i < PATIENCE && Atomics.load(control, CALLS) === calls; ++i);
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
   * A late worker's next number may already belong to the next run; which is as good. So that a number of one run is
   * none of another, all runs have the same numbers: fewer images leave units with nothing to do.
   *
   * @returns the first stage that may have units left that others have taken.
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
      // Not done by this, if a late worker is in the same stage of the next run.
      while (Atomics.load(control, DONE) < firsts[stage]!);
      runUnit(stages[stage]!, unit - firsts[stage]!, this.#panel, Atomics.load(control, IMAGES) / this.#batch);
      Atomics.add(control, DONE, 1);
    }
  }

  /** Waits until the units of a stage, and of those before, are done. */
  #await(stage: number, ends?: Float64Array): void {
    while (Atomics.load(this.#control, DONE) < this.#firsts[stage + 1]!);
    if (ends) ends[stage] = performance.now();
  }
}

/** Ends the workers of a program. */
export function dismiss(control: Int32Array): void {
  Atomics.store(control, CALLS, -1);
  Atomics.notify(control, CALLS);
}
