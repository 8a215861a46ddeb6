/**
 * Threads that run one program together.
 *
 * The tasks of all groups are numbered through. A thread takes the next number, waits until everything before its group
 * is done, runs the task and counts it as done: two atomic additions a task, and no barrier. A worker that sleeps or is
 * late holds nobody up; the calling thread then does the work alone. The calling thread also runs the steps that have no
 * kernels, which count as done like a task.
 *
 * A thread that waits looks for a while and then sleeps, so that it leaves its core to others if there are more threads
 * than cores. Who finishes a step wakes those that sleep. A worker that loses its core in the middle of a task does hold up
 * the run; after a run that lost much time in this way, the calling thread works alone for some time.
 *
 * An exception on one thread ends the run and all threads.
 */
import { DONE, FAILED, IMAGES, NEXT, RUNS, SLEEPING, WAITING } from "./control.js";
import { runTask, tasksOf, type BoundGroup, type BoundStep } from "../execute.js";

/**
 * Looks at a counter before a thread sleeps: some 100 µs, longer than a caller takes between two runs, and than a thread
 * waits for the last tasks of most steps.
 */
const PATIENCE = 20_000;

/** Milliseconds after which a thread that sleeps looks whether another one failed, which it may have missed. */
const NAP = 10;

/**
 * A run has lost much time if it waited for longer than this share of the rest. The calling thread then works alone for
 * ALONE times as long as it waited, so attempts to share the work cost little where they fail.
 */
const MUCH = 0.5;
const ALONE = 16;

export class Thread {
  readonly #control: Int32Array;
  readonly #steps: readonly BoundStep[];
  readonly #batch: number;
  readonly #tile: number;
  /** For each step the number of its first task; at the end the number of tasks. */
  readonly #firstTask: Int32Array;
  /** For each step the count of DONE at which it may begin; at the end that of a whole run. */
  readonly #doneBefore: Int32Array;
  /** Whether this thread may sleep; the main thread of a browser may not. */
  readonly #maySleep: boolean;
  /** Milliseconds that this thread waited in this run, not counting short waits. */
  #waited = 0;
  /** The time until which the calling thread works alone, by performance.now(). */
  #aloneUntil = 0;

  constructor(steps: readonly BoundStep[], batch: number, control: Int32Array, tile: number) {
    this.#control = control;
    this.#steps = steps;
    this.#batch = batch;
    this.#tile = tile;
    this.#maySleep = maySleep(control);
    this.#firstTask = new Int32Array(steps.length + 1);
    this.#doneBefore = new Int32Array(steps.length + 1);
    for (const [index, step] of steps.entries()) {
      const tasks = tasksOf(step);
      this.#firstTask[index + 1] = this.#firstTask[index]! + tasks;
      this.#doneBefore[index + 1] = this.#doneBefore[index]! + (typeof step === "function" ? 1 : tasks);
    }
  }

  /**
   * Runs the program together with the workers that are awake; returns when all is done.
   *
   * @param ends takes the time at which each step ended, by performance.now(), as soon as this thread sees it.
   * @throws the error of this thread, or an Error if another thread failed. All workers then end.
   */
  lead(images: number, ends?: Float64Array): void {
    const start = performance.now();
    this.#waited = 0;
    try {
      this.#begin(images, start >= this.#aloneUntil);
      const finish = (step: number) => this.#finish(step, images, ends);
      for (let step = this.#work(finish); step < this.#steps.length; ++step) finish(step);
    } catch (error) {
      fail(this.#control);
      throw error;
    }
    if (!this.#waited) return;
    const end = performance.now();
    const worked = end - start - this.#waited;
    if (this.#waited > MUCH * worked) this.#aloneUntil = end + ALONE * this.#waited;
  }

  /** Sets the counters for a run, in which the workers take part if it is `shared`. */
  #begin(images: number, shared: boolean): void {
    const control = this.#control;
    // In this order: a thread that finds a number to take finds nothing done yet.
    Atomics.store(control, IMAGES, images);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, NEXT, 0);
    if (!shared) return;
    Atomics.store(control, RUNS, (Atomics.load(control, RUNS) + 1) & 0x7fffffff);
    if (Atomics.load(control, SLEEPING) > 0) Atomics.notify(control, RUNS);
  }

  /** Takes part in every run until the pool terminates or a thread fails. Blocks; for workers. */
  follow(): void {
    try {
      this.#serve();
    } catch {
      // The calling thread throws; this one has nobody to tell.
      fail(this.#control);
    }
  }

  #serve(): void {
    const control = this.#control;
    let runs = 0;
    for (;;) {
      for (let i = 0; i < PATIENCE && Atomics.load(control, RUNS) === runs; ++i);
      if (Atomics.load(control, RUNS) === runs) {
        Atomics.add(control, SLEEPING, 1);
        Atomics.wait(control, RUNS, runs);
        Atomics.sub(control, SLEEPING, 1);
      }
      runs = Atomics.load(control, RUNS);
      if (runs < 0) return;
      this.#work();
    }
  }

  /**
   * Takes tasks until none is left. The next number that a late worker takes may already belong to the next run, which is
   * as good: all runs have the same numbers, and with fewer images some tasks have nothing to do.
   *
   * @param pass is called for each step that this thread leaves behind.
   * @returns the first step that may have tasks left that other threads have taken.
   */
  #work(pass?: (step: number) => void): number {
    const control = this.#control;
    const first = this.#firstTask;
    const steps = this.#steps;
    let step = 0;
    for (;;) {
      const task = Atomics.add(control, NEXT, 1);
      if (task >= first[steps.length]!) return step;
      if (task < first[step]!) step = 0;
      for (; task >= first[step + 1]!; ++step) pass?.(step);
      this.#await(this.#doneBefore[step]!);
      const part = Atomics.load(control, IMAGES) / this.#batch;
      runTask(steps[step] as BoundGroup, task - first[step]!, this.#tile, part);
      this.#countDone(step);
    }
  }

  /** Waits until a step, and all before it, are done; runs it first if it is the host's. */
  #finish(step: number, images: number, ends: Float64Array | undefined): void {
    const run = this.#steps[step]!;
    if (typeof run === "function") {
      this.#await(this.#doneBefore[step]!);
      run(images);
      this.#countDone(step);
    }
    this.#await(this.#doneBefore[step + 1]!);
    if (ends) ends[step] = performance.now();
  }

  /** Counts a task or a host step of a step as done. The last one of the step wakes the threads that wait for it. */
  #countDone(step: number): void {
    const control = this.#control;
    const done = Atomics.add(control, DONE, 1) + 1;
    if (done === this.#doneBefore[step + 1]! && Atomics.load(control, WAITING) > 0) Atomics.notify(control, DONE);
  }

  /** Waits until DONE has reached a count. Throws if another thread failed. */
  #await(count: number): void {
    for (let i = 0; i < PATIENCE; ++i) if (Atomics.load(this.#control, DONE) >= count) return;
    const start = performance.now();
    if (this.#maySleep) {
      // Before it looks at DONE again: a thread that finishes the step after that look sees that this one waits.
      Atomics.add(this.#control, WAITING, 1);
      this.#waitFor(count, (seen) => Atomics.wait(this.#control, DONE, seen, NAP));
      Atomics.sub(this.#control, WAITING, 1);
    } else {
      this.#waitFor(count, () => undefined);
    }
    this.#waited += performance.now() - start;
  }

  /** Calls `pause` with the DONE that it saw, until this has reached a count. */
  #waitFor(count: number, pause: (seen: number) => void): void {
    const control = this.#control;
    for (let seen; (seen = Atomics.load(control, DONE)) < count;) {
      if (Atomics.load(control, FAILED)) throw new Error("another thread failed");
      pause(seen);
    }
  }
}

function maySleep(control: Int32Array): boolean {
  try {
    Atomics.wait(control, FAILED, -1, 0); // never -1: returns at once
    return true;
  } catch {
    return false;
  }
}

/** Ends the run and the threads after an exception. */
function fail(control: Int32Array): void {
  Atomics.store(control, FAILED, 1);
  Atomics.notify(control, DONE);
  terminate(control);
}

/** Ends the workers of a program. */
export function terminate(control: Int32Array): void {
  Atomics.store(control, RUNS, -1);
  Atomics.notify(control, RUNS);
}
