/**
 * The loop of the pooling kernels over the windows of an image and the elements inside them.
 *
 * T says how a kernel starts, adds an element and stores the result: a class of inlined methods that has no fields and
 * needs no object. E is the type of an element. (a, b) accumulate the eight channels of a block.
 */
import { Pool } from "../abi/pool";

export function pool<T, E>(params: Pool, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const op = changetype<T>(0);
  const pixelBytes: usize = 8 * sizeof<E>();
  const inPitch = params.input.pitch;
  const inHeight = params.input.height;
  const inWidth = params.input.width;
  const outHeight = params.output.height;
  const outWidth = params.output.width;
  const lo = op.bound(params.lo);
  const hi = op.bound(params.hi);

  for (let block = blockBegin; block < blockEnd; ++block) {
    const input = params.input.at(block, 0);
    let out = params.output.at(block, rowBegin);
    for (let row = rowBegin; row < rowEnd; ++row) {
      const image = row / outHeight;
      const y = (row - image * outHeight) * params.strideHeight - params.padTop;
      const iBegin = max(0, y);
      const iEnd = min(inHeight, y + params.kernelHeight);
      const top = input + <usize>(image * inHeight) * inPitch;
      for (let column = 0; column < outWidth; ++column) {
        const x = column * params.strideWidth - params.padLeft;
        const jBegin = max(0, x);
        const jEnd = min(inWidth, x + params.kernelWidth);
        let a = op.start(lo);
        let b = a;
        for (let i = iBegin; i < iEnd; ++i) {
          let v = top + <usize>i * inPitch + <usize>jBegin * pixelBytes;
          for (let j = jBegin; j < jEnd; ++j) {
            a = op.low(a, v);
            b = op.high(b, v);
            v += pixelBytes;
          }
        }
        op.store(params, out, a, b, (iEnd - iBegin) * (jEnd - jBegin), lo, hi);
        out += pixelBytes;
      }
    }
  }
}
