/**
 * 8-bit weights as bytes, at the end of the room that they take as int16: the first run of a compiled model completes them
 * for the machine at hand. assembly/standalone/weights.ts has the functions that do.
 */
import type { CompactWeights, Packed, PackedPart, Products } from "../call.js";
import { BLOCK, blocksOf } from "../layout.js";
import type { IntegerMatrix, ProductSize } from "../matrix.js";
import { flipOf, HALF_3X3, hasLowestNeighbours, packBytes, Views, weightOffsetOf } from "../pack.js";

/** The work that completes a constant. */
export type Completion = ProductCompletion | DepthwiseCompletion;

/** The weights have the bias for pairs: either they are widened, or the bias is changed for products of bytes. */
export interface ProductCompletion {
  readonly type: "product";
  /** Blocks of outputs. */
  readonly blocks: number;
  /** Blocks of inputs. */
  readonly inBlocks: number;
  /** The difference between a weight and its byte. */
  readonly weightOffset: number;
  /** Zero point of the inputs, from the lowest value of their type. */
  readonly zeroPoint: number;
  /** Products of signed bytes are exact; elsewhere they take pairs. */
  readonly allowsSigned: boolean;
}

/** The weights of a 3×3 kernel are widened. */
export interface DepthwiseCompletion {
  readonly type: "depthwise";
  readonly halfBlocks: number;
  /** The difference between a weight and its byte. */
  readonly weightOffset: number;
}

/** Packs weights and remembers how to complete them. */
export class CompactPacker implements CompactWeights {
  readonly products: readonly Products[];
  readonly completions = new Map<Packed, Completion>();

  constructor(products: readonly Products[]) {
    this.products = products;
  }

  /** The room of q8_pointwise's weights, with the layout of q8_pointwiseDot's at its end. */
  product(matrix: IntegerMatrix, zeroPoint: number, size: ProductSize): { pairs: Packed; bytes: PackedPart } {
    const compact = packBytes(matrix, size, () => matrix.bias);
    const [blocks, inBlocks] = [blocksOf(size.outputs), size.taps * blocksOf(size.channels)];
    const offset = blocks * inBlocks * BLOCK * BLOCK;
    const pairs: Packed = {
      ...compact,
      bytes: compact.bytes + offset,
      write: (memory, address) => compact.write(memory, address + offset),
    };
    const weightOffset = weightOffsetOf(matrix);
    const allowsSigned = !hasLowestNeighbours(matrix, size.channels);
    this.completions.set(pairs, { type: "product", blocks, inBlocks, weightOffset, zeroPoint, allowsSigned });
    return { pairs, bytes: { whole: pairs, offset } };
  }

  /** For each half block bias [4], [taps][4] of int8, scales [4], at the end of the room of the 3×3 kernels' weights. */
  depthwise3x3(matrix: IntegerMatrix, channels: number): Packed {
    const halfBlocks = blocksOf(channels) * 2;
    const words = halfBlocks * COMPACT_3X3;
    const offset = halfBlocks * (HALF_3X3 - COMPACT_3X3) * 4;
    const packed: Packed = {
      bytes: halfBlocks * HALF_3X3 * 4,
      from: matrix.from,
      write: ({ buffer }, address) => fillDepthwise3x3(new Views(buffer, address + offset, words), matrix, channels),
    };
    this.completions.set(packed, { type: "depthwise", halfBlocks, weightOffset: weightOffsetOf(matrix) });
    return packed;
  }
}

/** 32-bit words of half a compact block of a 3×3 kernel: bias, a byte for each tap and channel, scales. */
const COMPACT_3X3 = 4 + 9 + 4;

function fillDepthwise3x3({ integers, floats, bytes }: Views, matrix: IntegerMatrix, channels: number): void {
  const { weights, bias, scales } = matrix;
  const flip = flipOf(matrix);
  const half = BLOCK / 2;
  for (let c = 0; c < channels; ++c) {
    const at = Math.floor(c / half) * COMPACT_3X3 + (c % half);
    integers[at] = bias[c]!;
    floats[at + half + 9] = scales[c]!;
    const byte = 4 * (at - (c % half) + half) + (c % half);
    for (let tap = 0; tap < 9; ++tap) bytes[byte + tap * half] = weights[tap * channels + c]! ^ flip;
  }
}
