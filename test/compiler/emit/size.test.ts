/** A compiled model is not larger than the model and the package together. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { sectionsOf } from "../../../src/compiler/emit/parse.js";
import { SECTION } from "../../../src/compiler/emit/module.js";
import { compile } from "../../support/compiled.js";
import { describeShared, sharedBytes } from "../../support/shared.js";

describeShared("sizes", () => {
  test("8 bits, 0.25/128", async () => {
    const { code } = await compile(sharedBytes("models", "mobilenet_v1_0.25_128_quant.tflite"));
    expect(code.length).toBeLessThan(560_000);
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(410_000);
    expect(sectionsOf(code).find(({ id }) => id === SECTION.code)!.body.length).toBeLessThan(13_500);
  });

  test("float32", async () => {
    const bytes = sharedBytes("models", "vww_96_float.tflite");
    const { code } = await compile(bytes);
    expect(code.length).toBeLessThan(bytes.length + 40_000);
  });
});
