/**
 * The loops of the depthwise convolutions over blocks and rows: any kernel, pixel by pixel, and 3×3, row by row.
 *
 * T is a class of inlined methods that has no fields and needs no object. E is the type of an element.
 */
import { Convolution } from "../abi/convolution";

/**
 * Any kernel, stride, dilation and padding. The input rows that a block of outputs needs are copied to the scratch tile
 * with their padding, so there are no edges to handle; each is copied once for all rows of the call. A table has the
 * distance in bytes from the first tap of a window to each of its taps. Four neighbouring outputs share each load of a
 * weight: eight sums, two weights and an input fit the registers of every machine.
 *
 * A tap of E has as many bytes as a pixel. Only 8-bit weights have scales, after the taps.
 */
export function depthwise<T, E>(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const pixelBytes: usize = 8 * sizeof<E>();
  const strideBytes = <usize>params.strideWidth * pixelBytes;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(rowEnd - rowBegin);
  const windowHeight = (params.kernelHeight - 1) * params.dilationHeight + 1;
  const pitch = <usize>paddedWidth(params) * pixelBytes;
  const copied = params.output.onTile ? tile + <usize>params.output.blocks * outStride : tile;
  const packed = op.packedBytes(params.kernelHeight * params.kernelWidth);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const weights = params.weights + <usize>block * packed;
    let out = output + <usize>block * outStride;
    let row = rowBegin;
    while (row < rowEnd) {
      const image = row / outHeight;
      const end = min(rowEnd, (image + 1) * outHeight);
      const y = (row - image * outHeight) * params.strideHeight - params.padTop;
      copyRows<E>(params, block, image, y, y + (end - row - 1) * params.strideHeight + windowHeight, copied, pitch);
      let from = copied;
      for (; row < end; ++row) {
        let x = from;
        let column = 0;
        for (; column <= outWidth - 4; column += 4) {
          op.four(params, x, strideBytes, weights, out);
          x += 4 * strideBytes;
          out += 4 * pixelBytes;
        }
        for (; column < outWidth; ++column) {
          op.one(params, x, weights, out);
          x += strideBytes;
          out += pixelBytes;
        }
        from += <usize>params.strideHeight * pitch;
      }
    }
  }
}

/** Columns of a padded row: all that the windows of an output row cover. */
@inline
function paddedWidth(params: Convolution): i32 {
  return (params.output.width - 1) * params.strideWidth + (params.kernelWidth - 1) * params.dilationWidth + 1;
}

/** Copies the rows yBegin…yEnd - 1 of a block of an image with their padding. */
function copyRows<E>(params: Convolution, block: i32, image: i32, yBegin: i32, yEnd: i32, to: usize, pitch: usize): void {
  const pixelBytes: usize = 8 * sizeof<E>();
  const inHeight = params.input.height;
  const inPitch = params.input.pitch;
  const input = params.input.at(block, image * inHeight);
  const before = min(<usize>params.padLeft * pixelBytes, pitch);
  const inside = before + min(inPitch, pitch - before);
  const zeros = i32x4.splat(0);
  for (let y = yBegin; y < yEnd; ++y) {
    const isInside = <u32>y < <u32>inHeight;
    const first = isInside ? before : pitch;
    let at: usize = 0;
    for (; at < first; at += 16) v128.store(to + at, zeros);
    if (isInside) {
      const from = input + <usize>y * inPitch - before;
      for (; at < inside; at += 16) v128.store(to + at, v128.load(from + at));
      for (; at < pitch; at += 16) v128.store(to + at, zeros);
    }
    to += pitch;
  }
}

/**
 * 3×3 with the same stride in both directions, at most one column of padding on a side, input at least two columns wide.
 * Input rows above and below the image are the row of zeros. `weightBytes` is the size of a block of packed weights.
 */
export function depthwise3x3<T>(params: Convolution, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32, stride: i32): void {
  const op = changetype<T>(0);
  const zeros = params.padding;
  const inPitch = params.input.pitch;
  const inHeight = params.input.height;
  const outPitch = params.output.pitch;
  const outHeight = params.output.height;
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(rowEnd - rowBegin);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const weights = params.weights + <usize>block * op.weightBytes;
    const input = params.input.at(block, 0);
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * stride - params.padTop;
      const r = input + <usize>(image * inHeight + y) * inPitch;
      const r0 = <u32>y < <u32>inHeight ? r : zeros;
      const r1 = <u32>(y + 1) < <u32>inHeight ? r + inPitch : zeros;
      const r2 = <u32>(y + 2) < <u32>inHeight ? r + 2 * inPitch : zeros;
      op.row(params, stride, r0, r1, r2, weights, out);
      out += outPitch;
    }
  }
}

/** Returns 1 if the last window of a row reaches one column past the input, else 0. */
@inline
export function columnsMissing(params: Convolution, stride: i32): i32 {
  return i32((params.output.width - 1) * stride + 3 - params.padLeft > params.input.width);
}
