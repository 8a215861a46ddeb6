/** Max pooling. */
import { poolParams } from "./pool.js";
import { rareCall } from "./rarecall.js";
import type { Lowering } from "./site.js";

export const maxPool: Lowering<"maxpool"> = {
  lower(site) {
    const { params, blocks } = poolParams(site);
    return [rareCall(`${site.movedType}_maxpool`, params, { blocks })];
  },
};
