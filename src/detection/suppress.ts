/** Non-maximum suppression: of boxes that overlap, the best. */
import type { Candidate, Candidates } from "./candidates.js";

export interface RankOptions {
  /** Only candidates with a higher score are looked at. */
  readonly scoreThreshold: number;
  /** A box may stand for several classes; else it has its best class only, of equal ones the lower. */
  readonly classwise: boolean;
}

/** The candidates above a threshold, best first; of equal scores the lower box first, and of one box the lower class. */
export function rank({ scores, classes }: Candidates, { scoreThreshold, classwise }: RankOptions): Candidate[] {
  const found: Candidate[] = [];
  for (let box = 0; box * classes < scores.length; ++box) {
    const start = box * classes;
    let best = 0;
    for (let index = 0; index < classes; ++index) {
      const score = scores[start + index]!;
      if (classwise && score > scoreThreshold) found.push({ box, index, score });
      if (score > scores[start + best]!) best = index;
    }
    const score = scores[start + best]!;
    if (!classwise && score > scoreThreshold) found.push({ box, index: best, score });
  }
  return inOrder(found);
}

/** Best first; equal ones stay as they are. */
export function inOrder(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => b.score - a.score);
}

export interface SuppressOptions {
  /** A box goes if the area that it shares with a better one is more than this part of what the two cover. */
  readonly iouThreshold: number;
  /** How many to keep. */
  readonly maxDetections: number;
  /** Boxes of different classes leave each other alone. */
  readonly classwise: boolean;
}

/** Those of the candidates, which come best first, that stay. */
export function suppress(
  boxes: ArrayLike<number>,
  candidates: readonly Candidate[],
  { iouThreshold, maxDetections, classwise }: SuppressOptions,
): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    if (kept.length >= maxDetections) break;
    const overlaps = ({ box, index }: Candidate) =>
      (!classwise || index === candidate.index) && intersectionOverUnion(boxes, box, candidate.box) > iouThreshold;
    if (!kept.some(overlaps)) kept.push(candidate);
  }
  return kept;
}

/** The area that two boxes share, as a part of what they cover together; 0 if one of them has no area. */
export function intersectionOverUnion(boxes: ArrayLike<number>, a: number, b: number): number {
  const [top, left, bottom, right] = [0, 1, 2, 3].map((corner) => boxes[4 * a + corner]!) as Corners;
  const [top2, left2, bottom2, right2] = [0, 1, 2, 3].map((corner) => boxes[4 * b + corner]!) as Corners;
  const area = (bottom - top) * (right - left);
  const area2 = (bottom2 - top2) * (right2 - left2);
  if (!(area > 0 && area2 > 0)) return 0;
  const height = Math.max(Math.min(bottom, bottom2) - Math.max(top, top2), 0);
  const width = Math.max(Math.min(right, right2) - Math.max(left, left2), 0);
  const shared = height * width;
  return shared / (area + area2 - shared);
}

type Corners = [number, number, number, number];
