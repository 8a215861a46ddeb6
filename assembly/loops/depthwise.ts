/**
 * The loops of the depthwise convolutions over blocks and rows: any kernel, pixel by pixel, and 3×3, row by row.
 *
 * T is a class of inlined methods that has no fields and needs no object. E is the type of an element.
 */
import { Convolution } from "../abi/convolution";

/**
 * Any kernel, stride and padding, over the taps that lie inside the image. (a, b) accumulate the eight channels of a block.
 * A tap has as many bytes as a pixel. Only 8-bit weights have scales, after the taps.
 */
export function depthwise<T, E>(
  params: Convolution,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const op = changetype<T>(0);
  const pixelBytes: usize = 8 * sizeof<E>();
  const scaleBytes: usize = isFloat<E>() ? 0 : 32;
  const inPitch = params.input.pitch;
  const inHeight = params.input.height;
  const inWidth = params.input.width;
  const kernelHeight = params.kernelHeight;
  const kernelWidth = params.kernelWidth;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const output = params.output.from(tile, rowBegin);
  const outStride = params.output.stride(rowEnd - rowBegin);
  const packed: usize = 32 + <usize>(kernelHeight * kernelWidth) * pixelBytes + scaleBytes;
  const lo = f32x4.splat(params.lo);
  const hi = f32x4.splat(params.hi);
  const round = f32x4.splat(params.round);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const bias = params.weights + <usize>block * packed;
    const scale = bias + packed - scaleBytes;
    const input = params.input.at(block, 0);
    let out = output + <usize>block * outStride;
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * params.strideHeight - params.padTop;
      const iBegin = max(0, -y);
      const iEnd = min(kernelHeight, inHeight - y);
      const top = input + <usize>(image * inHeight) * inPitch;
      for (let column = 0; column < outWidth; ++column) {
        const x = column * params.strideWidth - params.padLeft;
        const jBegin = max(0, -x);
        const jEnd = min(kernelWidth, inWidth - x);
        let a = v128.load(bias);
        let b = v128.load(bias, 16);
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>(y + i) * inPitch + <usize>(x + jBegin) * pixelBytes;
          let w = bias + 32 + <usize>(i * kernelWidth + jBegin) * pixelBytes;
          for (let j = jBegin; j < jEnd; ++j) {
            a = op.low(v, w, a);
            b = op.high(v, w, b);
            v += pixelBytes;
            w += pixelBytes;
          }
        }
        op.store(out, a, b, scale, lo, hi, round);
        out += pixelBytes;
      }
    }
  }
}

/**
 * 3×3 with the same stride in both directions, at most one column of padding on a side, input at least two columns wide.
 * Input rows above and below the image are the row of zeros. `weightBytes` is the size of a block of packed weights.
 */
export function depthwise3x3<T>(
  params: Convolution,
  tile: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
  stride: i32,
): void {
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
