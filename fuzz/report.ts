/** The lines of JSON that a child process writes. */

export type Report =
  /** It begins with a mutant. */
  | { readonly round: number; readonly index: number }
  /** The mutant is as promised: a typed error, by name, or "runs". */
  | { readonly kind: string; readonly outcome: string }
  | { readonly failure: string }
  | { readonly done: true };
