/** For code that makes rare operators: importing this module brings theirs. */
import { addOperators, type Known } from "./ops/index.js";
import { RARE } from "./ops/rare.js";

/**
 * Makes the rare operators known to moduleOf() and returns `value`: the attributes of one, or a table of functions that
 * make them.
 */
export function rare<const T extends object>(value: T): Known<T> {
  addOperators(RARE);
  return value as Known<T>;
}
