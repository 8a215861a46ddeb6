/** Weights in half the bytes: float16, which a DEQUANTIZE widens when the model is loaded. */
import { quote, UnsupportedError } from "../../errors.js";
import type { Graph } from "../graph.js";
import { halfToEven } from "../numbers.js";
import { moduleOf, type Op } from "../ops/index.js";
import type { Tensor } from "../tensor.js";

/**
 * The graph with the float32 weights of its layers rounded to float16. Biases stay.
 *
 * @throws UnsupportedError for a weight that is too large for float16.
 */
export function toFloat16(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const widened = new Map<number, Op>();
  for (const op of graph.ops) {
    const { weights: trait } = moduleOf(op);
    if (!trait) continue;
    const weights = op.inputs[trait.operand]!;
    const tensor = graph.tensors[weights]!;
    if (widened.has(weights) || !(tensor.data instanceof Float32Array)) continue;
    const half: Tensor = { ...tensor, name: `${tensor.name}/float16`, dtype: "float16", data: halved(tensor) };
    tensors[weights] = { ...tensor, data: undefined };
    widened.set(weights, { type: "dequantize", inputs: [tensors.push(half) - 1], outputs: [weights] });
  }
  return { ...graph, tensors, ops: [...widened.values(), ...graph.ops] };
}

function halved({ name, data }: Tensor): Uint16Array {
  const half = Uint16Array.from(data!, numberToHalf);
  const wrong = half.findIndex((bits, i) => (bits & 0x7fff) === INFINITY && Number.isFinite(data![i]));
  if (wrong >= 0) {
    throw new UnsupportedError(`${quote(name)} expected numbers within ±65504 for float16, got ${data![wrong]}`);
  }
  return half;
}

const INFINITY = 0x7c00;
const NOT_A_NUMBER = 0x7e00;

/** The bits of the float16 nearest to a float32; of two equally near ones, the one whose last bit is 0. */
export function numberToHalf(value: number): number {
  SCRATCH[0] = value;
  const bits = SCRATCH_BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  if (Number.isNaN(value)) return sign | NOT_A_NUMBER;
  const size = Math.abs(SCRATCH[0]);
  if (size >= 65520) return sign | INFINITY; // halfway from the largest to what would be next
  const exponent = ((bits >>> 23) & 255) - 127;
  // Below 2^-14 all are multiples of 2^-24. A fraction that rounds up to 1024 is the next exponent, as it should be.
  if (exponent < -14) return sign | halfToEven(size * 2 ** 24);
  return sign | (((exponent + 15) << 10) + halfToEven((size * 2 ** -exponent - 1) * 1024));
}

const SCRATCH = new Float32Array(1);
const SCRATCH_BITS = new Uint32Array(SCRATCH.buffer);
