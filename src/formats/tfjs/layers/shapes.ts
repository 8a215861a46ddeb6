/** Layers that move or leave elements: shapes, padding, cropping, and everything that only training changes. */
import { rare } from "../../../ir/rare.js";
import { asArray, asNumber, asWhole } from "../../json.js";
import { reshaped } from "../reshape.js";
import { onlyInput, readSides, type Layer, type Reader } from "./layer.js";

/** Layers that do nothing when a network runs. */
const TRAINING_LAYERS = [
  "ActivityRegularization",
  "AlphaDropout",
  "Dropout",
  "GaussianDropout",
  "GaussianNoise",
  "SpatialDropout2D",
] as const;

export const SHAPE_READERS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(TRAINING_LAYERS.map((kind) => [kind, onlyInput])),
  Cropping2D: readCropping,
  Flatten: (layer) => reshaped(layer.net, layer.name, onlyInput(layer), [1, -1]),
  Permute: (layer) => {
    const order = asArray(layer.config.dims, "dims").map((dimension) => asWhole(dimension, "dims", 1));
    return layer.net.add(layer.name, rare({ type: "transpose", permutation: [0, ...order] }), onlyInput(layer));
  },
  Rescaling: readRescaling,
  Reshape: (layer) => {
    const sizes = asArray(layer.config.target_shape, "target_shape").map((size) => asWhole(size, "target_shape", -1));
    return reshaped(layer.net, layer.name, onlyInput(layer), [1, ...sizes]);
  },
  ZeroPadding2D: (layer) => {
    const padding = readSides(layer.config, "padding");
    return layer.net.add(layer.name, { type: "pad", padding }, onlyInput(layer));
  },
};

function readCropping(layer: Layer): number {
  const { name, config, net } = layer;
  const x = onlyInput(layer);
  const { top, bottom, left, right } = readSides(config, "cropping");
  const [before, after] = [
    [0, top, left, 0],
    [0, bottom, right, 0],
  ] as const;
  const size = net.shape(x).map((all, i) => all - (before[i] ?? 0) - (after[i] ?? 0));
  return net.add(name, rare({ type: "slice", begin: before, size, step: [1, 1, 1, 1] }), x);
}

/** x · scale + offset, as a batch norm, which the convolution after it absorbs. */
function readRescaling(layer: Layer): number {
  const { name, config, net, constants } = layer;
  const x = onlyInput(layer);
  const channels = net.shape(x).at(-1) ?? 1;
  const scale = constants.filled(channels, asNumber(config.scale, "scale"));
  const offset = constants.filled(channels, asNumber(config.offset ?? 0, "offset"));
  const [mean, variance] = [constants.filled(channels, 0), constants.filled(channels, 1)];
  return net.add(name, { type: "batchnorm", epsilon: 0 }, x, scale, offset, mean, variance);
}
