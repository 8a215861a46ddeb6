/** What became of a measurement: a figure, or why there is none. */
import type { EngineName } from "../engines/index.js";

export interface Failure {
  /** `unsupported` is an engine's good right; the other two are errors. */
  readonly failure: "unsupported" | "wrong" | "broken";
  readonly reason: string;
}

export type Outcome<T> = T | Failure;

export type Outcomes<T> = Readonly<Partial<Record<EngineName, Outcome<T>>>>;

export function failed<T extends object>(outcome: Outcome<T>): outcome is Failure {
  return "failure" in outcome;
}
