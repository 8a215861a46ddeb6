/**
 * SAMPLE=1, as .ci/run sets it, saves time: every runtime still runs every task with a model of each input dtype, and
 * its default task with all models. `npm run test:package` runs everything.
 */
import { MODEL, MODELS } from "./consumer.js";
import type { Task } from "./goldens.js";

export const SAMPLE = process.env.SAMPLE === "1";

/** The smallest models of the goldens: with uint8, int8 and float32 inputs. */
const SMALL: ReadonlySet<string> = new Set([MODEL, "vww_96_int8", "vww_96_float"]);

type Row = readonly [string, Task, object];

/** The default of a runtime: the model's file, on one thread, with the best kernels among the rows. */
function isDefault(row: Row, rows: readonly Row[]): boolean {
  return row === rows.findLast(([, { options }]) => options?.threads === 1);
}

/** The rows with the models to run in each. */
export function withModels(rows: readonly Row[]): (readonly [...Row, readonly string[]])[] {
  return rows.map((row) => [...row, SAMPLE && !isDefault(row, rows) ? MODELS.filter(isSmall) : MODELS]);
}

/** The rows to run with a model. */
export function rowsOf(model: string, rows: readonly Row[]): readonly Row[] {
  return SAMPLE && !isSmall(model) ? rows.filter((row) => isDefault(row, rows)) : rows;
}

function isSmall(model: string): boolean {
  return SMALL.has(model);
}
