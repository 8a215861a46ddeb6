/** A function of one 8-bit value, by a table of all 256. */
import { featureMap, type Tensor } from "../../ir/tensor.js";
import { blocksOf, bounds, byteEncoding, geometry } from "../layout.js";
import type { Call, Operand, Packed } from "../group.js";

/** The call that applies `f`, from an integer less the input's zero point to one less the output's. */
export function lookup(x: Tensor, y: Tensor, input: Operand, output: Operand, f: (value: number) => number): Call {
  const map = featureMap(x.shape);
  return {
    kernel: "int8_lookup",
    input,
    output,
    blocks: blocksOf(map.channels),
    weights: tableOf(x, y, f),
    record: { ...geometry(map, map, "int8"), ...byteEncoding(x) },
  };
}

/** The table of `f`: int16 [256], by the distance from the input's lowest value, within what the output's type can hold. */
export function tableOf(x: Tensor, y: Tensor, f: (value: number) => number): Packed {
  const { zeroPoint } = byteEncoding(x);
  const { lo, hi } = bounds("none", y);
  return {
    bytes: 512,
    write({ buffer }, address) {
      const table = new Int16Array(buffer, address, 256);
      for (let byte = 0; byte < 256; ++byte) table[byte] = Math.min(Math.max(f(byte - zeroPoint!), lo), hi);
    },
  };
}
