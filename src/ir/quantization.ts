/** Bounds of quantisations, within which all arithmetic stays finite. */
import { FormatError, UnsupportedError } from "../errors.js";
import type { Tensor } from "./tensor.js";

/** 255 of these are far from the largest float32. */
const MAX_SCALE = 2 ** 100;

/** The lowest values of 8-bit types. */
const LOWEST: Readonly<Record<string, number>> = { uint8: 0, int8: -128 };

/**
 * Checks the quantisation of a tensor, if it has one.
 *
 * @throws FormatError unless there are one scale and zero point for all elements or for each along `axis`; 8-bit tensors
 * need scales above 0 as float32 and zero points of their type; UnsupportedError for a scale above 2^100.
 */
export function checkQuantization({ dtype, shape, quantization }: Tensor): void {
  if (!quantization) return;
  const { scale, zeroPoint, axis } = quantization;
  if (scale.length !== 1 && scale.length !== shape[axis]) {
    throw new FormatError(`expected 1 or ${shape[axis]} scales along dimension ${axis}, got ${scale.length}`);
  }
  if (zeroPoint.length !== scale.length) {
    throw new FormatError(`expected ${scale.length} zero points, got ${zeroPoint.length}`);
  }
  const lowest = LOWEST[dtype];
  for (let c = 0; c < scale.length; ++c) {
    const value = Math.fround(scale[c]!);
    // Products of scales, which int32 has, may be too small for float32.
    if (!(lowest === undefined ? value >= 0 : value > 0)) {
      throw new FormatError(`scale expected above 0, got ${scale[c]}`);
    }
    if (value > MAX_SCALE) throw new UnsupportedError(`scale expected at most 2^100, got ${scale[c]}`);
    const zero = zeroPoint[c]!;
    const [least, most] = lowest === undefined ? [-(2 ** 31), 2 ** 31 - 1] : [lowest, lowest + 255];
    if (!(Number.isInteger(zero) && zero >= least && zero <= most)) {
      throw new FormatError(`zero point expected ${least}…${most}, got ${zero}`);
    }
  }
}
