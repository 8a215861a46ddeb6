/** The table that `npm run test:zoo` prints: each network, whether it agrees with its engine, and how fast both are. */
export interface Row {
  readonly name: string;
  readonly engine: string;
  /** "bytes", the largest error over the largest output, or why not. */
  readonly agrees: string;
  /** Milliseconds of a run, one thread. */
  readonly ours?: number | undefined;
  readonly theirs?: number | undefined;
}

/** A table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const milliseconds = (value: number | undefined) => (value === undefined ? "–" : value.toPrecision(3));
  const lines = rows.map(({ name, engine, agrees, ours, theirs }) => {
    const ratio = ours && theirs ? (theirs / ours).toFixed(2) : "–";
    return [name, engine, agrees, milliseconds(ours), milliseconds(theirs), ratio].join(" | ");
  });
  const head = ["network | engine | agrees | ms here | ms there | ratio", "--- | --- | --- | --: | --: | --:"];
  return [...head, ...lines].map((line) => `| ${line} |`).join("\n");
}
