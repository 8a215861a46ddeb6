/** All nodes that have a reader, by the name of their operator: one table from each family. */
import { UnsupportedError } from "../../../errors.js";
import { CONSTANTS } from "./constants.js";
import { CONVOLUTIONS } from "./convolutions.js";
import { ELEMENTWISE } from "./elementwise.js";
import { FUNCTIONS } from "./functions.js";
import { MOVING } from "./moving.js";
import { REDUCTIONS } from "./reductions.js";
import { RESIZING } from "./resizing.js";
import type { Reader } from "./source.js";
import { POOLS } from "./window.js";

const READERS: Readonly<Record<string, Reader>> = {
  ...CONSTANTS,
  ...CONVOLUTIONS,
  ...ELEMENTWISE,
  ...FUNCTIONS,
  ...MOVING,
  ...POOLS,
  ...REDUCTIONS,
  ...RESIZING,
};

/** Operators that run parts of a graph once, several times or never. */
const CONTROL_FLOW =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|(Stateless)?(While|If)|(Stateful|Stateless)?PartitionedCall|Tensor(List|Array)\w+)$/;

/** The names of all operators that a graph may have. */
export function supportedNodes(): string[] {
  return Object.keys(READERS).toSorted();
}

/** Returns the reader of an operator. Throws UnsupportedError if there is none. */
export function readerOf(op: string): Reader {
  const reader = Object.hasOwn(READERS, op) ? READERS[op] : undefined;
  if (reader) return reader;
  if (CONTROL_FLOW.test(op)) throw new UnsupportedError("control flow is not supported");
  throw new UnsupportedError(`not supported; supported are ${supportedNodes().join(", ")}`);
}
