/** Functions of two elements with broadcasting, in float32 and, where TensorFlow Lite has them, in 8 bits. */
import { UnsupportedError } from "../../errors.js";
import type { BinaryType } from "../../ir/ops/binary.js";
import type { OpOf } from "../../ir/ops/index.js";
import { dequantized, featureMap, type FeatureMap, type Tensor } from "../../ir/tensor.js";
import type { Packed, View } from "../call.js";
import { affineOf, BLOCK, blocksOf, bounds, pixelBytesOf, ratioOf, ROUND, type ElementType } from "../layout.js";
import { fixedPoint } from "./add.js";
import { rareCall } from "./rarecall.js";
import { expectSameEncoding, expectSameType, type Lowering, type Site } from "./site.js";

/** The factors that 8-bit kernels read: of one operand and the other in units of 2^-shift, or of their product. */
interface Factors {
  readonly factor: number;
  readonly otherFactor: number;
  readonly shift: number;
  readonly scale: number;
}

const FLOAT: Factors = { factor: 1, otherFactor: 1, shift: 0, scale: 1 };

/** The factors of 8-bit functions of a and b, as XNNPACK has them. */
const QUANTIZED = {
  maximum: ofOneEncoding,
  minimum: ofOneEncoding,
  mul(a: Tensor, b: Tensor, y: Tensor): Factors {
    const product = Math.fround(Math.fround(affineOf(a).scale) * Math.fround(affineOf(b).scale));
    return { ...FLOAT, scale: ratioOf(product, Math.fround(affineOf(y).scale)) };
  },
  sub(a: Tensor, b: Tensor, y: Tensor): Factors {
    const { otherFactor, ...rest } = fixedPoint(a, b, y);
    return { ...rest, otherFactor: -otherFactor, scale: 1 };
  },
} satisfies { readonly [T in BinaryType]?: (a: Tensor, b: Tensor, y: Tensor) => Factors };

function ofOneEncoding(a: Tensor, b: Tensor, y: Tensor): Factors {
  for (const tensor of [a, b]) expectSameEncoding(tensor, y);
  return FLOAT;
}

const binary: Lowering<BinaryType> = {
  lower(site) {
    const { op, x, y, elementType } = site;
    const other = site.operand(1)!;
    expectSameType(other, y);
    const [a, b] = op.swapped ? [other, x] : [x, other];
    const views = [operandView(site, 0), operandView(site, 1)] as const;
    const [input, second] = op.swapped ? views.toReversed() : views;
    const params = {
      input: input!,
      other: second!,
      output: site.outputView(),
      ...bounds(op.activation, y),
      round: ROUND,
    };
    const options = { blocks: blocksOf(featureMap(y.shape).channels) };
    if (elementType === "f32") return [rareCall(`f32_${op.type}`, { ...params, ...FLOAT }, options)];
    if (!isQuantized(op.type)) throw new UnsupportedError(`input expected float32, got ${x.dtype}`);
    return [rareCall(`q8_${op.type}`, { ...params, ...QUANTIZED[op.type](a, b, y) }, options)];
  },
};

export const BINARY = { div: binary, maximum: binary, minimum: binary, mul: binary, prelu: binary, sub: binary };

function isQuantized(type: BinaryType): type is keyof typeof QUANTIZED {
  return Object.hasOwn(QUANTIZED, type);
}

/** An operand with its dimensions below those of the output, as a kernel broadcasts it. */
function operandView(site: Site<OpOf<BinaryType>>, index: number): View {
  const tensor = site.operand(index)!;
  const missing = site.y.shape.length - tensor.shape.length;
  const map = featureMap([...Array<number>(missing).fill(1), ...tensor.shape]);
  if (site.inputs[index]) return site.inputView(map, index);
  const { elementType } = site;
  const encoding = { pixelBytes: pixelBytesOf(elementType), zeroPoint: 0, flip: 0 };
  return { of: packBlocks(tensor, map, elementType), fields: { ...map, ...encoding } };
}

/** A constant in nChw8c: float32, or int16 less the zero point. */
function packBlocks(tensor: Tensor, { images, height, width, channels }: FeatureMap, type: ElementType): Packed {
  const pixels = images * height * width;
  const length = blocksOf(channels) * pixels * BLOCK;
  const zeroPoint = type === "f32" ? 0 : affineOf(tensor).zeroPoint;
  return {
    bytes: length * (type === "f32" ? 4 : 2),
    write({ buffer }, address) {
      const values = type === "f32" ? dequantized(tensor) : tensor.data!;
      const blocks =
        type === "f32" ? new Float32Array(buffer, address, length) : new Int16Array(buffer, address, length);
      for (let p = 0; p < pixels; ++p) {
        for (let c = 0; c < channels; ++c) {
          blocks[(Math.floor(c / BLOCK) * pixels + p) * BLOCK + (c % BLOCK)] = values[p * channels + c]! - zeroPoint;
        }
      }
    },
  };
}
