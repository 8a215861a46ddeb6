/**
 * How a tensor lies in linear memory, as a kernel is told of it.
 *
 * Activations lie in channel blocks, nChw8c: [C/8][images · height][width][8]. An element is a float32 or, in 8-bit
 * models, an int16 that holds q - zeroPoint: 0 is the real number 0 in both, so padding is zeros, and uint8 and int8
 * tensors are the same thing. Inputs and outputs of a network lie in NHWC, with the bytes of their type.
 *
 * The channels after C that fill up the last block are 0 in every activation in nChw8c, float32 or 8-bit, in the arena or on
 * the tile. Kernels read whole blocks and rely on it; a kernel that leaves anything else there is wrong. Most keep the rule
 * for free: a function of zeros, a copy of zeros, or a product with zero weights and zero scales is 0, as lo ≤ 0 ≤ hi. The
 * others write zeros (simd/channels.ts).
 *
 * Rows count through the batch: row r is row r mod height of image r div height.
 */
@unmanaged
export class Tensor {
  /** Address of the first element. */
  address: usize;
  images: i32;
  height: i32;
  width: i32;
  channels: i32;
  /** Bytes of a pixel: in nChw8c of one block, 32 (float32), 16 (int16) or 8 (bytes); in NHWC of all channels. */
  pixelBytes: usize;
  /** The zero point of an 8-bit tensor, counted from the lowest value of its type; 0 if it is float32. */
  zeroPoint: i32;
  /** What turns a byte into its distance from the lowest value of its type, by XOR: 0 for uint8, 0x80 for int8. */
  flip: i32;

  /** Channel blocks. */
  @inline
  get blocks(): i32 {
    return (this.channels + 7) >> 3;
  }

  /** Rows of all images. */
  @inline
  get rows(): i32 {
    return this.images * this.height;
  }

  /** Bytes from a row to the next. */
  @inline
  get pitch(): usize {
    return <usize>this.width * this.pixelBytes;
  }

  /** Bytes from a block to the next. */
  @inline
  get blockBytes(): usize {
    return <usize>this.rows * this.pitch;
  }

  /** Bytes from the first element to a row of a block. */
  offset(block: i32, row: i32): usize {
    return <usize>(block * this.rows + row) * this.pitch;
  }

  /** Address of a row of a block. */
  at(block: i32, row: i32): usize {
    return this.address + this.offset(block, row);
  }
}

/**
 * The rows of a tensor that a call computes or reads, in the arena or on the scratch tile. The tile is private to the
 * calling thread and holds nothing but the rows of the call, [C/8][rows of the call][width][8]: one kernel leaves its
 * output there and the next one reads it, so the activation between the two never reaches the arena.
 */
@unmanaged
export class Rows extends Tensor {
  /** 1: on the tile; `address` then counts from its beginning. 0: in the arena. */
  onTile: i32;

  /** Address of row rowBegin of the first block. */
  from(tile: usize, rowBegin: i32): usize {
    return this.onTile ? tile + this.address : this.at(0, rowBegin);
  }

  /** Bytes from a block to the next in a call that computes `called` rows. */
  stride(called: i32): usize {
    return <usize>(this.onTile ? called : this.rows) * this.pitch;
  }
}
