/** Non-maximum suppression: of boxes that overlap, the one with the highest score stays. */
import { float64, type Rounding } from "./rounding.js";
import type { Ranked, Ranking } from "./ranking.js";

export interface SuppressOptions {
  /** Intersection over union of two boxes. */
  readonly overlap: (a: number, b: number) => number;
  /** A box is suppressed if its overlap with a better one is larger. */
  readonly iouThreshold: number;
  /** How many candidates to keep. */
  readonly maxDetections: number;
  /** How many candidates of one class to keep. Default: any number. */
  readonly maxPerClass?: number;
  /** The box of a candidate. Default: candidate i is box i. */
  readonly boxOf?: (candidate: number) => number;
  /** The class of a candidate; boxes of different classes never suppress each other. Default: all have one class. */
  readonly classOf?: (candidate: number) => number;
}

/**
 * One call compares at most about so many pairs of boxes, and drops the candidates left after that. A detector that
 * keeps 100 boxes would have to compare them with 80,000 others; SSDs have some thousand anchors.
 */
export const MOST_COMPARISONS = 2 ** 23;

/** Takes candidates out of a ranking, and returns those that stay, best first. */
export function suppress(ranking: Ranking, options: SuppressOptions): Ranked[] {
  const { overlap, iouThreshold, maxDetections, maxPerClass = Infinity } = options;
  const { boxOf = (candidate: number) => candidate, classOf = () => 0 } = options;
  const kept: Ranked[] = [];
  const boxes = new Map<number, number[]>();
  let comparisons = 0;
  while (kept.length < maxDetections && comparisons < MOST_COMPARISONS) {
    const ranked = ranking.next();
    if (!ranked) break;
    const index = classOf(ranked.candidate);
    const better = boxes.get(index) ?? [];
    if (better.length >= maxPerClass) continue;
    const box = boxOf(ranked.candidate);
    // No overlap is larger than 1.
    if (iouThreshold < 1) {
      comparisons += better.length;
      if (isCovered(box, better, overlap, iouThreshold)) continue;
    }
    better.push(box);
    boxes.set(index, better);
    kept.push(ranked);
  }
  return kept;
}

function isCovered(box: number, better: readonly number[], overlap: SuppressOptions["overlap"], most: number): boolean {
  for (let i = 0; i < better.length; ++i) if (overlap(better[i]!, box) > most) return true;
  return false;
}

/**
 * Returns a function for the area that two boxes share, divided by the area that they cover together; 0 if one of them has
 * no area.
 *
 * @param boxes corners, [boxes, 4]: ymin, xmin, ymax, xmax. They may change between calls.
 */
export function intersectionOverUnion(
  boxes: ArrayLike<number>,
  round: Rounding = float64,
): (a: number, b: number) => number {
  const areaAt = (at: number) => round(round(boxes[at + 2]! - boxes[at]!) * round(boxes[at + 3]! - boxes[at + 1]!));
  return (a, b) => {
    const i = 4 * a;
    const j = 4 * b;
    // Most boxes share nothing.
    const height = Math.min(boxes[i + 2]!, boxes[j + 2]!) - Math.max(boxes[i]!, boxes[j]!);
    if (!(height > 0)) return 0;
    const width = Math.min(boxes[i + 3]!, boxes[j + 3]!) - Math.max(boxes[i + 1]!, boxes[j + 1]!);
    if (!(width > 0)) return 0;
    const area = areaAt(i);
    const other = areaAt(j);
    if (!(area > 0 && other > 0)) return 0;
    const shared = round(round(height) * round(width));
    return round(shared / round(round(area + other) - shared));
  };
}
