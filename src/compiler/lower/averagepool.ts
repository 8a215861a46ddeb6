/** Average pooling. */
import { UnsupportedError } from "../../errors.js";
import { call } from "../call.js";
import type { Lowering } from "./site.js";
import { poolParams } from "./pool.js";

/** The 8-bit kernel divides in float32, which is exact for windows up to this size. */
const MAX_WINDOW = 65535;

export const averagePool: Lowering<"averagepool"> = {
  lower(site) {
    const { op, movedType } = site;
    const area = op.kernel[0] * op.kernel[1];
    if (movedType === "q8" && area > MAX_WINDOW) {
      throw new UnsupportedError(`window expected at most ${MAX_WINDOW} elements, got ${area}`);
    }
    const { params, blocks } = poolParams(site);
    return [call(`${movedType}_averagepool`, params, { blocks })];
  },
};
