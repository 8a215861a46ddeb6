/** Max pooling. */
import { call } from "../call.js";
import { poolParams } from "./pool.js";
import type { Lowering } from "./site.js";

export const maxPool: Lowering<"maxpool"> = {
  lower(site) {
    const { params, blocks } = poolParams(site);
    return [call(`${site.movedType}_maxpool`, params, { blocks })];
  },
};
