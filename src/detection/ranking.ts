/** Scores in descending order, found one by one because a caller rarely needs all of them. */

/** Scores of candidates: element i is the score of candidate `first + i · step`. */
export interface Scores {
  readonly values: Float32Array | Float64Array;
  readonly first: number;
  readonly step: number;
}

/** Visits all scores. It may reuse one array for several visits. */
export type Scan = (visit: (scores: Scores) => void) => void;

/** Which scores are candidates. Scores that are not numbers never are. */
export interface Threshold {
  readonly score: number;
  /** Whether the threshold itself is high enough. TensorFlow Lite says yes; net.detect() and the faces say no. */
  readonly inclusive: boolean;
}

/**
 * A ranking ranks at most so many candidates: more than an SSD with 1,917 anchors and 90 classes has. It bounds the time
 * and memory of a run. Of more candidates it drops those with the lowest scores.
 */
export const MOST_CANDIDATES = 2 ** 18;

export interface Ranked {
  readonly candidate: number;
  readonly score: number;
}

/** Scans scores that lie in one array. */
export function whole(values: Scores["values"]): Scan {
  return (visit) => visit({ values, first: 0, step: 1 });
}

/** A binary heap of candidates and their scores. */
export class Ranking {
  readonly #scores: Float64Array;
  readonly #candidates: Uint32Array;
  #length = 0;

  /** @param candidates how many there may be; from MOST_CANDIDATES on, the best of them are ranked. */
  constructor(candidates: number) {
    const capacity = Math.min(candidates, MOST_CANDIDATES);
    this.#scores = new Float64Array(capacity);
    this.#candidates = new Uint32Array(capacity);
  }

  /** Replaces the ranked candidates with those whose scores reach a threshold. */
  fill(scan: Scan, threshold: Threshold): void {
    const capacity = this.#scores.length;
    this.#length = 0;
    let histogram: Uint32Array | undefined;
    scan(({ values, first, step }) => {
      for (let i = 0; i < values.length; ++i) {
        const score = values[i]!;
        if (!reaches(score, threshold)) continue;
        if (this.#length < capacity) this.#push(first + i * step, score);
        else ++(histogram ??= this.#histogram())[binOf(score)]!;
      }
    });
    if (histogram) this.#fillWithBest(scan, threshold, histogram);
    for (let at = (this.#length >> 1) - 1; at >= 0; --at) this.#sink(at);
  }

  /** Takes out the candidate with the highest score, of equal scores the lower one; undefined if there is none left. */
  next(): Ranked | undefined {
    if (this.#length === 0) return undefined;
    const best = { candidate: this.#candidates[0]!, score: this.#scores[0]! };
    const last = --this.#length;
    this.#scores[0] = this.#scores[last]!;
    this.#candidates[0] = this.#candidates[last]!;
    this.#sink(0);
    return best;
  }

  /** A histogram of the scores that are ranked already. */
  #histogram(): Uint32Array {
    const histogram = new Uint32Array(BINS);
    for (let i = 0; i < this.#length; ++i) ++histogram[binOf(this.#scores[i]!)]!;
    return histogram;
  }

  /** Takes the top bins of a histogram of all scores, and from the bin that fits in part the candidates that come first. */
  #fillWithBest(scan: Scan, threshold: Threshold, histogram: Uint32Array): void {
    let [bin, room] = [BINS - 1, this.#scores.length];
    while (histogram[bin]! <= room) room -= histogram[bin--]!;
    this.#length = 0;
    scan(({ values, first, step }) => {
      for (let i = 0; i < values.length; ++i) {
        const score = values[i]!;
        if (!reaches(score, threshold)) continue;
        const own = binOf(score);
        if (own > bin || (own === bin && room-- > 0)) this.#push(first + i * step, score);
      }
    });
  }

  #push(candidate: number, score: number): void {
    this.#candidates[this.#length] = candidate;
    this.#scores[this.#length++] = score;
  }

  /** Restores the order below a place whose candidate may rank too high. */
  #sink(place: number): void {
    const scores = this.#scores;
    const candidates = this.#candidates;
    const length = this.#length;
    const score = scores[place]!;
    const candidate = candidates[place]!;
    let at = place;
    for (let child = 2 * at + 1; child < length; child = 2 * at + 1) {
      const other = child + 1;
      if (other < length && precedes(scores[other]!, candidates[other]!, scores[child]!, candidates[child]!)) ++child;
      if (!precedes(scores[child]!, candidates[child]!, score, candidate)) break;
      scores[at] = scores[child]!;
      candidates[at] = candidates[child]!;
      at = child;
    }
    scores[at] = score;
    candidates[at] = candidate;
  }
}

function reaches(score: number, { score: least, inclusive }: Threshold): boolean {
  return score > least || (inclusive && score === least);
}

/** Whether a candidate ranks above another. */
function precedes(score: number, candidate: number, otherScore: number, other: number): boolean {
  return score > otherScore || (score === otherScore && candidate < other);
}

const BINS = 2 ** 16;
const FLOAT = /* @__PURE__ */ new Float32Array(1);
const BITS = /* @__PURE__ */ new Int32Array(FLOAT.buffer);

/** Sorts a score into a bin by the upper half of its float32 bits, so that higher scores are never in lower bins. */
function binOf(score: number): number {
  FLOAT[0] = score;
  const bits = BITS[0]!;
  return (bits < 0 ? ~bits : bits ^ SIGN) >>> 16;
}

const SIGN = 1 << 31;
