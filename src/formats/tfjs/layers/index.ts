/** The kinds of layers that become operators, and their readers. */
import { ACTIVATION_READERS } from "./activations.js";
import type { Reader } from "./layer.js";
import { MERGING_READERS } from "./merging.js";
import { POOLING_READERS } from "./pooling.js";
import { SHAPE_READERS } from "./shapes.js";
import { WEIGHTED_READERS } from "./weighted.js";

export const READERS: Readonly<Record<string, Reader>> = {
  ...ACTIVATION_READERS,
  ...MERGING_READERS,
  ...POOLING_READERS,
  ...SHAPE_READERS,
  ...WEIGHTED_READERS,
};
