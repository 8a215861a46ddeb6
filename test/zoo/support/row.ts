/** A row of the table for one network: a failure has one, too. */
import type { Row } from "./table.js";

/** Runs a comparison, and adds its row. Rethrows what it throws. */
export async function addRow(
  rows: Row[],
  name: string,
  engine: string,
  compare: () => Promise<Omit<Row, "name" | "engine">>,
): Promise<void> {
  try {
    rows.push({ name, engine, ...(await compare()) });
  } catch (error) {
    rows.push({ name, engine, agrees: `no: ${(error as Error).message.split("\n")[0]!.slice(0, 150)}` });
    throw error;
  }
}
