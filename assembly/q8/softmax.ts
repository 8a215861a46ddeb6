/**
 * Softmax of 8-bit models over the channels of a pixel, as TensorFlow Lite computes it.
 *
 *   t[c] = table[max - input[c]] = exp(-input scale · β · (max - input[c]))
 *   output[c] = floor(t[c] / (Σ t · output scale) + 1/2)       the sum in float32, in the order of the channels
 *
 * Input and output: nChw8c int16. Table: float32 [256]; the index is masked. A NaN, which only a table can bring, becomes the
 * lower bound. Every call computes all blocks of its rows.
 */
import { Softmax } from "../abi/elementwise";

export function q8_softmax(params: Softmax, tile: usize, rowBegin: i32, rowEnd: i32, blockBegin: i32, blockEnd: i32): void {
  const inStride = params.input.blockBytes;
  const outStride = params.output.blockBytes;
  const channels = params.input.channels;
  const table = params.table;
  let x = params.input.at(0, rowBegin);
  let y = params.output.at(0, rowBegin);
  for (let p = (rowEnd - rowBegin) * params.output.width; p > 0; --p) {
    let peak: i32 = -256;
    for (let c = 0; c < channels; ++c) peak = max(peak, <i32>load<i16>(element(x, c, inStride)));
    let sum: f32 = 0;
    for (let c = 0; c < channels; ++c) sum += exponential(table, peak, element(x, c, inStride));
    const inverse: f32 = 1 / (sum * params.outputScale);
    for (let c = 0; c < channels; ++c) {
      const e = exponential(table, peak, element(x, c, inStride));
      const value = floor<f32>(e * inverse + 0.5);
      const clamped = value > params.lo ? min(value, params.hi) : params.lo;
      store<i16>(element(y, c, outStride), <i16>clamped);
    }
    for (let c = channels; c & 7; ++c) store<i16>(element(y, c, outStride), 0);
    x += 16;
    y += 16;
  }
}

/** Address of channel c of a pixel. */
@inline
function element(pixel: usize, c: i32, stride: usize): usize {
  return pixel + <usize>(c >> 3) * stride + <usize>((c & 7) * 2);
}

/** The exponential of an element, from the table. */
@inline
function exponential(table: usize, peak: i32, element: usize): f32 {
  const distance = (peak - load<i16>(element)) & 255;
  return load<f32>(table + ((<usize>distance) << 2));
}
