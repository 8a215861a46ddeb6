/** From RGB bytes to the elements of a network's input. */
import { describe } from "../errors.js";
import type { Tensor } from "../ir/tensor.js";

/** The real value of a byte p is (p - mean[c]) / std[c]; a single number is for all channels. */
export interface Normalization {
  readonly mean: number | readonly [number, number, number];
  readonly std: number | readonly [number, number, number];
}

/** What MobileNets are trained on: -1…1. */
export const DEFAULT_NORMALIZATION: Normalization = /* @__PURE__ */ Object.freeze({ mean: 127.5, std: 127.5 });

/** For each channel the element that each of the 256 bytes becomes; "identity" where that is the byte itself. */
export type Encoding = "identity" | readonly [Float32Array, Float32Array, Float32Array];

/**
 * The encoding of an input. A float32 input holds the normalised value. An 8-bit input, unless told otherwise, holds
 * the byte itself, counted from the lowest value of its type: that is what its quantisation was made for.
 *
 * @throws RangeError if the normalization has a number that is not finite, or a std of 0.
 */
export function encodingOf(input: Tensor, normalization: Normalization | undefined): Encoding {
  const float = input.dtype === "float32";
  const lowest = input.dtype === "int8" ? -128 : 0;
  if (!float && !normalization) {
    if (lowest === 0) return "identity";
    const bytes = Float32Array.from({ length: 256 }, (_, byte) => byte + lowest);
    return [bytes, bytes, bytes];
  }
  const { mean, std } = normalization ?? DEFAULT_NORMALIZATION;
  const scale = input.quantization?.scale[0] ?? 1;
  const zeroPoint = input.quantization?.zeroPoint[0] ?? 0;
  const channel = (c: number) => {
    const [m, s] = [mean, std].map((value) => (typeof value === "number" ? value : value?.[c]));
    if (!Number.isFinite(m) || !Number.isFinite(s) || s === 0) {
      throw new RangeError(
        `"normalization" must have a finite mean and a finite std other than 0, got ${describe(m)}, ${describe(s)}`,
      );
    }
    return Float32Array.from({ length: 256 }, (_, byte) => {
      const real = (byte - m!) / s!;
      return float ? real : Math.min(Math.max(Math.round(real / scale) + zeroPoint, lowest), lowest + 255);
    });
  };
  return [channel(0), channel(1), channel(2)];
}

/** Writes RGB bytes to an input. */
export function encode(
  rgb: Uint8Array,
  [red, green, blue]: Exclude<Encoding, "identity">,
  input: { [index: number]: number },
): void {
  for (let i = 0; i < rgb.length; i += 3) {
    input[i] = red[rgb[i]!]!;
    input[i + 1] = green[rgb[i + 1]!]!;
    input[i + 2] = blue[rgb[i + 2]!]!;
  }
}
