/** The counters that the threads of a program share, each in a cache line of its own: indices of an Int32Array. */

const LINE = 16;
/** The number of the next task. */
export const NEXT = 0;
/** Tasks and host steps that are done. */
export const DONE = LINE;
/** Counts the runs; negative: the threads end. */
export const RUNS = 2 * LINE;
/** Workers that sleep. */
export const SLEEPING = 3 * LINE;
/** Images of the batch that this run computes. */
export const IMAGES = 4 * LINE;
/** Threads that sleep until a step is done. */
export const WAITING = 5 * LINE;
/** 1 after an exception on any thread: the run and all threads end. */
export const FAILED = 6 * LINE;

/** Bytes of the counters. */
export const CONTROL_BYTES = 7 * LINE * 4;
