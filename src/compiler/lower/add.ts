/** ADD of two activations, or of an activation and a constant for each channel. */
import { UnsupportedError } from "../../errors.js";
import type { OpOf } from "../../ir/ops.js";
import { dequantized } from "../../ir/passes/constants.js";
import { elementCount, featureMap, type Tensor } from "../../ir/tensor.js";
import { affineOf, BLOCK, blocksOf, bounds, geometry, halfToEven, type Family } from "../layout.js";
import type { Call, Operand, Packed } from "../group.js";
import type { StepRecord } from "../step.js";
import { expectFamily } from "./checks.js";

export function lowerAdd(
  op: OpOf<"add">,
  tensors: readonly Tensor[],
  [input, other]: readonly Operand[],
  output: Operand,
): Call[] {
  const [x, addend] = op.inputs.map((index) => tensors[index]!) as [Tensor, Tensor];
  const y = tensors[op.outputs[0]!]!;
  const family = expectFamily(x, y);
  expectFamily(addend, y);
  const map = featureMap(y.shape);
  return [
    {
      kernel: `${family}_add`,
      input: input!,
      other,
      output,
      blocks: blocksOf(map.channels),
      weights: other ? undefined : packVector(addend, map.channels, family),
      record: {
        ...geometry(map, map, family),
        ...bounds(op.activation, y),
        ...(family === "int8" && fixedPoint(x, addend, y)),
      },
    },
  ];
}

/** Bits of the larger factor, as XNNPACK has it. */
const FACTOR_BITS = 21;

/** Both input scales over that of the output, in units of 2^-shift so that the larger one has FACTOR_BITS bits. */
function fixedPoint(x: Tensor, addend: Tensor, y: Tensor): StepRecord {
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

/** For the add kernels: [C/8][8], of float32 or of int16 less the zero point. */
function packVector(tensor: Tensor, channels: number, family: Family): Packed {
  if (elementCount(tensor.shape) > channels) {
    throw new UnsupportedError(`constant expected a value for each channel, got ${elementCount(tensor.shape)}`);
  }
  const zeroPoint = family === "f32" ? 0 : affineOf(tensor).zeroPoint;
  const values = family === "f32" ? dequantized(tensor) : tensor.data!.map((q) => q);
  const length = blocksOf(channels) * BLOCK;
  return {
    bytes: length * (family === "f32" ? 4 : 2),
    write({ buffer }, address) {
      const packed =
        family === "f32" ? new Float32Array(buffer, address, length) : new Int16Array(buffer, address, length);
      for (let c = 0; c < channels; ++c) packed[c] = values[values.length === 1 ? 0 : c]! - zeroPoint;
    },
  };
}
