/**
 * The record that a kernel reads, field by field as in assembly/step.ts (a test compares the two).
 * Integers and addresses are 32-bit unsigned or signed, FLOATS are float32.
 */
const FIELDS = [
  "input",
  "other",
  "output",
  "weights",
  "zeros",
  "pixelBytes",
  "images",
  "inHeight",
  "inWidth",
  "inChannels",
  "inBlocks",
  "outHeight",
  "outWidth",
  "outChannels",
  "outBlocks",
  "kernelHeight",
  "kernelWidth",
  "strideHeight",
  "strideWidth",
  "padTop",
  "padLeft",
  "firstChannel",
  "lo",
  "hi",
  "scale",
  "factor",
  "otherFactor",
  "shift",
  "zeroPoint",
  "weightOffset",
  "flip",
  "round",
] as const;

const FLOATS: ReadonlySet<string> = /* @__PURE__ */ new Set(["lo", "hi", "scale", "round"]);

export type StepField = (typeof FIELDS)[number];
export type StepRecord = Partial<Record<StepField, number>>;

export const STEP_FIELDS: readonly StepField[] = FIELDS;
export const STEP_BYTES: number = FIELDS.length * 4;

/** 1.5 · 2^23: added to a float32 of magnitude below 2^22, it leaves no bits for a fraction. */
const ROUND = 12582912;

/** Writes a record to linear memory; fields not given are 0. */
export function writeStep(buffer: ArrayBufferLike, address: number, record: StepRecord): void {
  const view = new DataView(buffer, address, STEP_BYTES);
  const full: StepRecord = { round: ROUND, ...record };
  for (const [index, field] of FIELDS.entries()) {
    const value = full[field] ?? 0;
    if (FLOATS.has(field)) view.setFloat32(index * 4, value, true);
    else view.setInt32(index * 4, value, true);
  }
}
