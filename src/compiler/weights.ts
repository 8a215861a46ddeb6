/** The constants of a convolution as its kernels take them: real numbers, or integers with their requantisation. */
import type { OpOf } from "../ir/ops/index.js";
import { quote, UnsupportedError } from "../errors.js";
import { dequantized, type Tensor } from "../ir/tensor.js";
import { affineOf, elementTypeOf } from "./layout.js";
import type { Site } from "./lower/site.js";
import type { FloatMatrix, IntegerMatrix } from "./matrix.js";

/** A factor with which sums of 32 bits stay finite in float32. */
const MAX_FACTOR = 2 ** 90;

/** Weights and bias as float32, whatever constant type they have. */
export function floatMatrix(weights: Tensor, bias: Tensor | undefined, outputs: number): FloatMatrix {
  expectConstant(weights, "weights");
  if (bias) expectConstant(bias, "bias");
  const { data } = weights;
  return {
    from: data!,
    weights: () => (data instanceof Float32Array ? data : dequantized(weights)),
    bias: bias ? dequantized(bias) : new Float32Array(outputs),
  };
}

/**
 * Weights, zero points and bias, and for each output the factor that takes an accumulator to the output's scale:
 * float32(input scale · weight scale) / output scale, in float32 as XNNPACK has it.
 */
export function integerMatrix(
  site: Site<OpOf<"convolution" | "depthwise" | "fullyconnected">>,
  outputs: number,
): IntegerMatrix {
  const { x: input, y: output } = site;
  const [weights, bias] = [site.operand(1)!, site.operand(2)];
  expectConstant(weights, "weights");
  if (bias) expectConstant(bias, "bias");
  if (elementTypeOf(weights) !== "q8")
    throw new UnsupportedError(`weights expected 8 bits beside an 8-bit input, got ${weights.dtype}`);
  if (bias && bias.dtype !== "int32") throw new UnsupportedError(`bias expected int32, got ${bias.dtype}`);
  const { scale, axis } = weights.quantization ?? { scale: [], axis: 0 };
  if (scale.length !== outputs && scale.length !== 1) {
    throw new UnsupportedError(`weights expected 1 or ${outputs} scales, got ${scale.length}`);
  }
  if (scale.length > 1 && weights.shape[axis] !== outputs) {
    throw new UnsupportedError(`weights expected scales along the output channels, got dimension ${axis}`);
  }
  const inputScale = Math.fround(affineOf(input).scale);
  const outputScale = Math.fround(affineOf(output).scale);
  const scales = new Float32Array(outputs);
  for (let n = 0; n < outputs; ++n) {
    const weightScale = scale[scale.length === 1 ? 0 : n]!;
    scales[n] = Math.fround(inputScale * Math.fround(weightScale)) / outputScale;
    // Without a bias that is far larger than its sums, an output whose factor is 0 is its zero point, as it should be.
    if (!(scales[n]! >= 0 && scales[n]! <= MAX_FACTOR)) {
      throw new UnsupportedError(`weights expected a scale for a factor of at most 2^90, got ${weightScale}`);
    }
  }
  const { zeroPoint } = weights.quantization!;
  const other = Array.from(zeroPoint).find((zero) => zero !== zeroPoint[0]);
  if (other !== undefined)
    throw new UnsupportedError(`weights expected one zero point, got ${zeroPoint[0]} and ${other}`);
  return {
    from: weights.data!,
    weights: weights.data as Uint8Array | Int8Array,
    zeroPoint: zeroPoint[0]!,
    // a copy: packing gives back the file part by part
    bias: bias?.data instanceof Int32Array ? bias.data.slice() : new Int32Array(outputs),
    scales,
  };
}

function expectConstant(tensor: Tensor, what: string): void {
  if (!tensor.data) throw new UnsupportedError(`${what} expected constant, got the tensor ${quote(tensor.name)}`);
}
