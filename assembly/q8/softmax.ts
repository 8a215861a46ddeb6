/**
 * Softmax of 8-bit models over the channels of a pixel, as TensorFlow Lite computes it.
 *
 *   t[c] = exp(-input scale · β · (max - input[c]))            from a table of 256 float32: step.weights
 *   output[c] = floor(t[c] / (Σ t · output scale) + 1/2)       the sum in float32, in the order of the channels
 *
 * step.scale is the output scale. Every call does all the blocks of its rows.
 */
import { Step, blockStride, firstRow } from "../step";

export function q8_softmax(
  step: Step,
  panel: usize,
  rowBegin: i32,
  rowEnd: i32,
  blockBegin: i32,
  blockEnd: i32,
): void {
  const pitch = <usize>step.outWidth * 16;
  const rows = step.images * step.outHeight;
  const called = rowEnd - rowBegin;
  const inStride = blockStride(step.input, rows, called, pitch);
  const outStride = blockStride(step.output, rows, called, pitch);
  let x = firstRow(step.input, panel, rowBegin, pitch);
  let y = firstRow(step.output, panel, rowBegin, pitch);
  const channels = step.inChannels;
  const table = step.weights;
  for (let p = called * step.outWidth; p > 0; --p) {
    let peak: i32 = -256;
    for (let c = 0; c < channels; ++c) peak = max(peak, <i32>load<i16>(element(x, c, inStride)));
    let sum: f32 = 0;
    for (let c = 0; c < channels; ++c) sum += exponential(table, peak, element(x, c, inStride));
    const inverse: f32 = 1 / (sum * step.scale);
    for (let c = 0; c < channels; ++c) {
      const e = exponential(table, peak, element(x, c, inStride));
      const value = floor<f32>(e * inverse + 0.5);
      store<i16>(element(y, c, outStride), <i16>max(step.lo, min(value, step.hi)));
    }
    x += 16;
    y += 16;
  }
}

/** Where channel c of a pixel is. */
@inline
function element(pixel: usize, c: i32, stride: usize): usize {
  return pixel + <usize>(c >> 3) * stride + <usize>((c & 7) * 2);
}


@inline
function exponential(table: usize, peak: i32, element: usize): f32 {
  return load<f32>(table + <usize>(peak - load<i16>(element)) * 4);
}
