/** CONCATENATION: a copy of each input to its place, with the quantisation of the output. */
import { UnsupportedError } from "../../errors.js";
import { featureMap, sidesOf, type Tensor } from "../../ir/tensor.js";
import type { Packed } from "../call.js";
import { affineOf, expectRatio } from "../layout.js";
import { tableOf } from "./lookup.js";
import { rareCall } from "./rarecall.js";
import { expectSameType, type Lowering } from "./site.js";

/** The field that says where an input begins, by the side that inputs follow each other along. */
const OFFSETS = { height: "top", width: "left", channels: "channel" } as const;

export const concatenation: Lowering<"concatenation"> = {
  lower(site) {
    const { op, inputs, y } = site;
    const side = sidesOf(y.shape)[op.axis]!;
    if (side === "images") throw new UnsupportedError("axis expected not to be that of the images");
    if (inputs.length !== op.inputs.length) throw new UnsupportedError("inputs expected computed, got a constant");
    let offset = 0;
    return inputs.map((_, i) => {
      const x = site.operand(i)!;
      const table = expectSameType(x, y) === "q8" ? rescaling(x, y) : undefined;
      const place = { top: 0, left: 0, channel: 0, [OFFSETS[side]]: offset };
      offset += featureMap(x.shape)[side];
      const params = {
        input: site.inputView(undefined, i),
        output: site.outputView(),
        ...place,
        rescales: Number(table !== undefined),
        table: table ?? ("unused" as const),
      };
      return rareCall("concatenation", params, { blocks: 1 });
    });
  },
};

/**
 * The table that changes the quantisation as TensorFlow Lite does, in float32 and with a half away from zero; undefined
 * if nothing changes.
 */
function rescaling(x: Tensor, y: Tensor): Packed | undefined {
  const [from, to] = [affineOf(x), affineOf(y)];
  if (from.scale === to.scale && from.zeroPoint === to.zeroPoint && x.dtype === y.dtype) return undefined;
  expectRatio(from.scale, to.scale);
  const factor = Math.fround(Math.fround(from.scale) * Math.fround(1 / Math.fround(to.scale)));
  const bias = Math.fround(-from.zeroPoint * factor);
  return tableOf(x, y, (value) => {
    const real = Math.fround(Math.fround((value + from.zeroPoint) * factor) + bias);
    return Math.sign(real) * Math.round(Math.abs(real));
  });
}
