/** The fully connected layer: a matrix product with a row for each image. */
import { product } from "./product.js";
import type { Lowering } from "./site.js";

export const fullyConnected: Lowering<"fullyconnected"> = {
  lower: (site) => product(site, site.inputRows()),
};
