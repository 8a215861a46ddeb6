/** Pooling over windows and over whole feature maps. */
import { FormatError } from "../../../errors.js";
import { formatShape } from "../../../ir/tensor.js";
import type { KnownAttributes } from "../../../ir/ops/index.js";
import type { Pool } from "../../../ir/ops/pooling.js";
import { rare } from "../../../ir/rare.js";
import { NO_PADDING, type Size } from "../../../ir/window.js";
import { reshaped } from "../reshape.js";
import { expectSetting, onlyInput, readPadding, readSize, type Layer, type Reader } from "./layer.js";

export const POOLING_READERS: Readonly<Record<string, Reader>> = {
  AveragePooling2D: (layer) => readPool(layer, (pool) => ({ type: "averagepool", ...pool })),
  GlobalAveragePooling2D: readGlobalAverage,
  GlobalMaxPooling2D: readGlobalMaximum,
  MaxPooling2D: (layer) => readPool(layer, (pool) => rare({ type: "maxpool", ...pool })),
};

/** Reads a pooling layer; `make` says which. */
function readPool(layer: Layer, make: (pool: Pool) => KnownAttributes): number {
  const { name, config, net } = layer;
  expectSetting(config, "data_format", "channels_last");
  const x = onlyInput(layer);
  const kernel = readSize(config, "pool_size", 2);
  const stride = readSize(config, "strides", kernel);
  const padding = readPadding(config, net.shape(x), kernel, stride);
  return net.add(name, make({ kernel, stride, padding, activation: "none" }), x);
}

function readGlobalAverage(layer: Layer): number {
  const { name, config, net } = layer;
  expectSetting(config, "data_format", "channels_last");
  return net.add(name, { type: "mean", keepDims: keepsDimensions(layer) }, onlyInput(layer));
}

/** A maximum over a window as large as the feature map. */
function readGlobalMaximum(layer: Layer): number {
  const { name, config, net } = layer;
  expectSetting(config, "data_format", "channels_last");
  const x = onlyInput(layer);
  const shape = net.shape(x);
  if (shape.length !== 4) throw new FormatError(`input expected 4 dimensions, got ${formatShape(shape)}`);
  const kernel: Size = [shape[1]!, shape[2]!];
  const pool = { kernel, stride: kernel, padding: NO_PADDING, activation: "none" } as const;
  const y = net.add(name, rare({ type: "maxpool", ...pool }), x);
  return keepsDimensions(layer) ? y : reshaped(net, name, y, [1, -1]);
}

function keepsDimensions({ config }: Layer): boolean {
  return config.keepdims === true;
}
