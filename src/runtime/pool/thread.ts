/**
 * Threads that run one program together.
 *
 * The tasks of all groups are numbered through. A thread takes the next number, waits until everything before its group
 * is done, runs the task and counts it as done: two atomic additions a task, and no barrier. A worker that sleeps or is
 * late holds nobody up; the calling thread then does the work alone. The calling thread also runs the steps that have no
 * kernels, which count as done like a task.
 */
import { DONE, IMAGES, NEXT, RUNS, SLEEPING } from "./control.js";
import { runTask, tasksOf, type BoundGroup, type BoundStep } from "../execute.js";

/** Looks for work before a worker sleeps: some 100 µs, longer than a caller takes between two runs. */
const PATIENCE = 20_000;

export class Thread {
  readonly #control: Int32Array;
  readonly #steps: readonly BoundStep[];
  readonly #batch: number;
  readonly #tile: number;
  /** For each step the number of its first task; at the end the number of tasks. */
  readonly #firstTask: Int32Array;
  /** For each step the count of DONE at which it may begin; at the end that of a whole run. */
  readonly #doneBefore: Int32Array;

  constructor(steps: readonly BoundStep[], batch: number, control: Int32Array, tile: number) {
    this.#control = control;
    this.#steps = steps;
    this.#batch = batch;
    this.#tile = tile;
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
   */
  lead(images: number, ends?: Float64Array): void {
    const control = this.#control;
    // In this order: a thread that finds a number to take finds nothing done yet.
    Atomics.store(control, IMAGES, images);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, RUNS, (Atomics.load(control, RUNS) + 1) & 0x7fffffff);
    if (Atomics.load(control, SLEEPING) > 0) Atomics.notify(control, RUNS);
    const finish = (step: number) => this.#finish(step, images, ends);
    for (let step = this.#work(finish); step < this.#steps.length; ++step) finish(step);
  }

  /** Takes part in every run until the pool terminates. Blocks; for workers. */
  follow(): void {
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
      this.#work((step) => this.#await(step));
    }
  }

  /**
   * Takes tasks until none is left. The next number that a late worker takes may already belong to the next run, which is
   * as good: all runs have the same numbers, and with fewer images some tasks have nothing to do.
   *
   * @param pass is called for each step that this thread leaves behind.
   * @returns the first step that may have tasks left that other threads have taken.
   */
  #work(pass: (step: number) => void): number {
    const control = this.#control;
    const first = this.#firstTask;
    const steps = this.#steps;
    let step = 0;
    for (;;) {
      const task = Atomics.add(control, NEXT, 1);
      if (task >= first[steps.length]!) return step;
      if (task < first[step]!) step = 0;
      for (; task >= first[step + 1]!; ++step) pass(step);
      // Not done by passing, if a late worker is in the same step of the next run.
      while (Atomics.load(control, DONE) < this.#doneBefore[step]!);
      const part = Atomics.load(control, IMAGES) / this.#batch;
      runTask(steps[step] as BoundGroup, task - first[step]!, this.#tile, part);
      Atomics.add(control, DONE, 1);
    }
  }

  /** Waits until a step, and all before it, are done; runs it first if it is the host's. */
  #finish(step: number, images: number, ends: Float64Array | undefined): void {
    const run = this.#steps[step]!;
    if (typeof run === "function") {
      while (Atomics.load(this.#control, DONE) < this.#doneBefore[step]!);
      run(images);
      Atomics.add(this.#control, DONE, 1);
    }
    this.#await(step);
    if (ends) ends[step] = performance.now();
  }

  #await(step: number): void {
    while (Atomics.load(this.#control, DONE) < this.#doneBefore[step + 1]!);
  }
}

/** Ends the workers of a program. */
export function terminate(control: Int32Array): void {
  Atomics.store(control, RUNS, -1);
  Atomics.notify(control, RUNS);
}
