import { describe, expect, test } from "vitest";
import { encode, encodingOf, type Normalization } from "../../src/image/encode.js";
import type { DType, Quantization } from "../../src/ir/tensor.js";

function encoded(dtype: DType, quantization?: Quantization, normalization?: Normalization): number[] | "identity" {
  const encoding = encodingOf({ name: "x", shape: [1, 1, 1, 3], dtype, quantization }, normalization);
  if (encoding === "identity") return encoding;
  const out = [0, 0, 0];
  encode(Uint8Array.from([0, 128, 255]), encoding, out);
  return out;
}

const UINT8 = { scale: [1 / 128], zeroPoint: [128], axis: 0 };
const INT8 = { scale: [1 / 255], zeroPoint: [-128], axis: 0 };

describe("bytes become", () => {
  test("-1…1 for float inputs", () => {
    expect(encoded("float32")).toEqual([-1, Math.fround(0.5 / 127.5), 1]);
  });

  test("what a given normalization says", () => {
    expect(encoded("float32", undefined, { mean: 0, std: 255 })).toEqual([0, Math.fround(128 / 255), 1]);
    expect(encoded("float32", undefined, { mean: [0, 128, 0], std: [1, 2, 3] })).toEqual([0, 0, 85]);
  });

  test("themselves for uint8, less 128 for int8", () => {
    expect(encoded("uint8", UINT8)).toBe("identity");
    expect(encoded("int8", INT8)).toEqual([-128, 0, 127]);
  });

  test("quantised values of a given normalization, within the type", () => {
    expect(encoded("uint8", UINT8, { mean: 128, std: 128 })).toEqual([0, 128, 255]);
    expect(encoded("int8", INT8, { mean: 0, std: 127.5 })).toEqual([-128, 127, 127]);
  });
});
