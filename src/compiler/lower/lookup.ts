/** A function of one 8-bit value, by a table of all 256. */
import { featureMap, type Tensor } from "../../ir/tensor.js";
import type { Call, Packed } from "../call.js";
import { affineOf, blocksOf, bounds, lowestOf } from "../layout.js";
import { rareCall } from "./rarecall.js";
import type { Site } from "./site.js";
import { unaryParams } from "./unary.js";

/** Returns the call that applies `f`, from an integer less the input's zero point to one less the output's. */
export function lookup(site: Site, f: (value: number) => number): Call {
  const { x, y } = site;
  const params = { ...unaryParams(site), table: tableOf(x, y, f) };
  return rareCall("q8_lookup", params, { blocks: blocksOf(featureMap(x.shape).channels) });
}

/** The table of `f`: int16 [256], by the distance from the input's lowest value, within what the output's type can hold. */
export function tableOf(x: Tensor, y: Tensor, f: (value: number) => number): Packed {
  const zeroPoint = affineOf(x).zeroPoint - lowestOf(x);
  const { lo, hi } = bounds("none", y);
  return {
    bytes: 512,
    write({ buffer }, address) {
      const table = new Int16Array(buffer, address, 256);
      for (let byte = 0; byte < 256; ++byte) table[byte] = Math.min(Math.max(f(byte - zeroPoint), lo), hi);
    },
  };
}
