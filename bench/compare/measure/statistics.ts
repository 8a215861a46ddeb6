/** What many measurements of one thing come down to. */

export interface Figure {
  readonly min: number;
  readonly median: number;
  /** The quartiles, as the spread. */
  readonly low: number;
  readonly high: number;
  /** How many were measured. */
  readonly count: number;
}

export function figure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share)) as [number, number, number];
  return { min: sorted[0]!, median, low, high, count: values.length };
}

/** Linear between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
  return below + (position % 1) * (above - below);
}
