/** The attributes of operators that slide a window, and the poolings. */
import { describe, UnsupportedError } from "../../../errors.js";
import { formatShape, type Shape } from "../../../ir/tensor.js";
import { NO_PADDING, samePadding, type Padding, type Size } from "../../../ir/window.js";
import { rare } from "../../../ir/rare.js";
import type { Attributes } from "./attributes.js";
import { activation, type Attached, type Reader, type Source, type Value } from "./source.js";

/** Height and width of a size that is given for four dimensions. */
export function readWindow(attributes: Attributes, name: string): Size {
  expectChannelsLast(attributes);
  const sizes = attributes.integers(name);
  const [images, height, width, channels] = sizes as [number, number, number, number];
  if (sizes.length !== 4 || images !== 1 || channels !== 1 || height < 1 || width < 1) {
    throw new UnsupportedError(`${name} expected along height and width, got ${formatShape(sizes)}`);
  }
  return [height, width];
}

/** The padding for a window of this size, holes included. */
export function readPadding(attributes: Attributes, x: Shape, kernel: Size, stride: Size): Padding {
  const padding = attributes.string("padding", "");
  if (padding === "VALID") return NO_PADDING;
  if (padding === "SAME") return samePadding([x[1]!, x[2]!], kernel, stride);
  if (padding === "EXPLICIT") return explicitPadding(attributes.integers("explicit_paddings"));
  throw new UnsupportedError(`padding expected SAME, VALID or EXPLICIT, got ${describe(padding)}`);
}

function explicitPadding(amounts: readonly number[]): Padding {
  const [before, after, top, bottom, left, right, first, last] = amounts as [number, number, number, number, number, number, number, number]; // prettier-ignore
  if (amounts.length !== 8 || amounts.some((amount) => amount < 0) || before || after || first || last) {
    throw new UnsupportedError(`explicit_paddings expected of height and width, got ${amounts.join()}`);
  }
  return { top, bottom, left, right };
}

export function expectChannelsLast(attributes: Attributes): void {
  const format = attributes.string("data_format", "NHWC");
  if (format !== "NHWC") throw new UnsupportedError(`data_format expected NHWC, got ${describe(format)}`);
}

function readPool(source: Source, make: (window: PoolWindow) => Attached): Value {
  const { name, attributes, net } = source;
  const x = activation(source, 0);
  const kernel = readWindow(attributes, "ksize");
  const stride = readWindow(attributes, "strides");
  const padding = readPadding(attributes, net.shape(x), kernel, stride);
  return net.add(name, make({ kernel, stride, padding, activation: "none" }), x);
}

interface PoolWindow {
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
  readonly activation: "none";
}

export const POOLS: Readonly<Record<string, Reader>> = {
  AvgPool: (source) => readPool(source, (window) => ({ type: "averagepool", ...window })),
  MaxPool: (source) => readPool(source, (window) => rare({ type: "maxpool", ...window })),
};
