/** ADD of two activations, or of an activation and a constant for each channel. */
import { UnsupportedError } from "../../errors.js";
import { halfToEven } from "../../ir/numbers.js";
import { dequantized, elementCount, featureMap, type Tensor } from "../../ir/tensor.js";
import { call, type Packed, type View } from "../call.js";
import { affineOf, BLOCK, blocksOf, bounds, pixelBytesOf, type ElementType } from "../layout.js";
import { expectSameType, type Lowering } from "./site.js";

export const add: Lowering<"add"> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    const addend = site.operand(1)!;
    expectSameType(addend, y);
    const map = featureMap(y.shape);
    const params = {
      input: site.inputView(map),
      other: site.inputs[1] ? site.inputView(map, 1) : constantView(addend, map.channels, elementType),
      output: site.outputView(),
      ...bounds(op.activation, y),
      ...(elementType === "q8" ? fixedPoint(x, addend, y) : { factor: 1, otherFactor: 1, shift: 0 }),
    };
    return [call(`${elementType}_add`, params, { blocks: blocksOf(map.channels) })];
  },
};

/** Bits of the larger factor, as XNNPACK has it. */
const FACTOR_BITS = 21;

/** Both input scales over that of the output, in units of 2^-shift so that the larger one has FACTOR_BITS bits. */
export function fixedPoint(x: Tensor, addend: Tensor, y: Tensor) {
  const outputScale = Math.fround(affineOf(y).scale);
  const [a, b] = [x, addend].map((tensor) => Math.fround(Math.fround(affineOf(tensor).scale) / outputScale));
  const shift = FACTOR_BITS - 1 - exponentOf(Math.max(a!, b!));
  if (!(shift >= 1 && shift <= 31)) {
    throw new UnsupportedError(`expected input scales 2^-11 to 2^20 times the output's, got ${a} and ${b}`);
  }
  return { factor: halfToEven(a! * 2 ** shift), otherFactor: halfToEven(b! * 2 ** shift), shift };
}

/** ⌊log2⌋ of a positive float32. */
function exponentOf(value: number): number {
  return (new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 23) - 127;
}

/** A constant as one pixel, which the kernel broadcasts. */
function constantView(tensor: Tensor, channels: number, type: ElementType): View {
  const pixel = { images: 1, height: 1, width: 1, channels, pixelBytes: pixelBytesOf(type), zeroPoint: 0, flip: 0 };
  return { of: packVector(tensor, channels, type), fields: pixel };
}

/** [C/8][8], of float32 or of int16 less the zero point. */
function packVector(tensor: Tensor, channels: number, type: ElementType): Packed {
  if (elementCount(tensor.shape) > channels) {
    throw new UnsupportedError(`constant expected a value for each channel, got ${elementCount(tensor.shape)}`);
  }
  const zeroPoint = type === "f32" ? 0 : affineOf(tensor).zeroPoint;
  const values = type === "f32" ? dequantized(tensor) : tensor.data!.map((q) => q);
  const length = blocksOf(channels) * BLOCK;
  return {
    bytes: length * (type === "f32" ? 4 : 2),
    write({ buffer }, address) {
      const packed =
        type === "f32" ? new Float32Array(buffer, address, length) : new Int16Array(buffer, address, length);
      for (let c = 0; c < channels; ++c) packed[c] = values[values.length === 1 ? 0 : c]! - zeroPoint;
    },
  };
}
