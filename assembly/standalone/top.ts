/**
 * The classes of the highest scores: the output as it is if a softmax made it, else through a softmax.
 *
 * Every step rounds where src/api/classify.ts does; exp() is within a unit in the last place of float64.
 */
import { isCallers } from "./range";

/** The output of a classifier. src/compiler/emit/records.ts writes it. */
@unmanaged
export class Classes {
  /** A value q stands for scale · (q - zeroPoint). */
  scale: f64;
  zeroPoint: f64;
  output: usize;
  count: i32;
  /** 0: float32, 1: uint8, 2: int8. */
  type: i32;
  isSoftmax: i32;
  /** Room for a float32 for each class. */
  scores: usize;
  /** The first address that callers may have. */
  heap: usize;
}

/**
 * Writes the k best classes to `address`, each as its index (uint32) and its score (float32), best first, of equal
 * scores the lower index first. Returns how many there are; 0 if there is no room in the caller's memory.
 */
export function top(k: i32, address: usize, classes: Classes): i32 {
  const count = min(k, classes.count);
  if (count < 1 || !isCallers(address, (<u64>count) << 3, classes.heap)) return 0;
  score(classes);
  let last = f32.MAX_VALUE;
  let lastIndex = -1;
  for (let place = 0; place < count; ++place) {
    let best: f32 = -f32.MAX_VALUE;
    let bestIndex = -1;
    for (let index = 0; index < classes.count; ++index) {
      const value = load<f32>(classes.scores + ((<usize>index) << 2));
      if (value > last || (value == last && index <= lastIndex)) continue;
      if (bestIndex < 0 || value > best) {
        best = value;
        bestIndex = index;
      }
    }
    store<u32>(address, bestIndex);
    store<f32>(address, best, 4);
    address += 8;
    last = best;
    lastIndex = bestIndex;
  }
  return count;
}

/** Writes the scores of all classes. */
function score(classes: Classes): void {
  const scores = classes.scores;
  const end = scores + ((<usize>classes.count) << 2);
  let peak: f64 = -Infinity;
  let from = classes.output;
  for (let to = scores; to < end; to += 4) {
    let value: f64;
    if (classes.type == 0) value = load<f32>(from);
    else value = classes.type == 1 ? <f64>load<u8>(from) : <f64>load<i8>(from);
    from += classes.type == 0 ? 4 : 1;
    const real = <f32>(classes.scale * (value - classes.zeroPoint));
    store<f32>(to, real);
    peak = max(peak, <f64>real);
  }
  if (classes.isSoftmax) return;
  let sum: f64 = 0;
  for (let to = scores; to < end; to += 4) {
    const power = <f32>exp(<f64>load<f32>(to) - peak);
    store<f32>(to, power);
    sum += <f64>power;
  }
  for (let to = scores; to < end; to += 4) store<f32>(to, <f32>(<f64>load<f32>(to) / sum));
}

/** e^x for x up to 0: 2^k · e^r with |r| up to ln 2 / 2, and Taylor's series of e^r. */
function exp(x: f64): f64 {
  if (x < -700) return 0; // which float32 makes of it
  const k = nearest(x * 1.4426950408889634); // 1 / ln 2
  // ln 2 in two parts, the first of so few bits that k times it is exact.
  const r = x - k * 6.9314718036912381649e-1 - k * 1.90821492927058770002e-10;
  let sum: f64 = 1;
  for (let n: f64 = 13; n >= 1; --n) sum = 1 + (sum * r) / n;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}
