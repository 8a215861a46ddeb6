import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { STEP_BYTES, STEP_FIELDS, writeStep } from "../../src/compiler/step.js";

const SOURCE = readFileSync(new URL("../../assembly/step.ts", import.meta.url), "utf8");

test("the step record is the same in assembly/step.ts and src/compiler/step.ts", () => {
  const fields = [...SOURCE.matchAll(/^ {2}(\w+): (\w+);/gm)].map(([, name, type]) => ({ name: name!, type: type! }));
  expect(fields.map(({ name }) => name)).toEqual(STEP_FIELDS);
  // A float32 1 has other bits than an integer 1, which tells how the host writes each field.
  for (const [index, { name, type }] of fields.entries()) {
    const buffer = new ArrayBuffer(STEP_BYTES);
    writeStep(buffer, 0, { [name]: 1 });
    expect(new Int32Array(buffer)[index], name).toBe(type === "f32" ? 0x3f800000 : 1);
  }
});
