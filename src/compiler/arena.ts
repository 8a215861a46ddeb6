/** The arena: activations share memory when their lives do not overlap. */

/** Something that needs bytes from stage `first` to stage `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Kernels read, and on the panel write, up to a vector beyond the end. */
export const ALIGNMENT = 64;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Offsets by item, and the bytes that all need together. */
export interface Placement {
  readonly offsets: number[];
  readonly bytes: number;
}

/** Searching all gaps takes time that grows with the square of the number of items. */
const MAX_SEARCHED = 2048;

/** Places items so that those which live at the same time share no bytes. */
export function placeAll(items: readonly Lifetime[]): Placement {
  return items.length <= MAX_SEARCHED ? placeInGaps(items) : placeInTurn(items);
}

/** The largest are placed first, each in the lowest gap between those already placed that live at the same time. */
function placeInGaps(items: readonly Lifetime[]): Placement {
  const offsets = items.map(() => 0);
  const order = items.map((_, index) => index).toSorted((a, b) => items[b]!.bytes - items[a]!.bytes);
  const placed: number[] = []; // by offset
  let total = 0;
  for (const index of order) {
    const item = items[index]!;
    let offset = 0;
    for (const other of placed) {
      const { bytes, first, last } = items[other]!;
      if (first > item.last || last < item.first) continue;
      if (offset + item.bytes <= offsets[other]!) break;
      offset = Math.max(offset, offsets[other]! + align(bytes));
    }
    offsets[index] = offset;
    total = Math.max(total, offset + align(item.bytes));
    const at = placed.findIndex((other) => offsets[other]! > offset);
    placed.splice(at < 0 ? placed.length : at, 0, index);
  }
  return { offsets, bytes: total };
}

/** In the order in which they begin, each where one of its size has ended, or else behind all others. */
function placeInTurn(items: readonly Lifetime[]): Placement {
  const offsets = items.map(() => 0);
  const order = [...items.keys()].toSorted((a, b) => items[a]!.first - items[b]!.first);
  const ending = [...items.keys()].toSorted((a, b) => items[a]!.last - items[b]!.last);
  const free = new Map<number, number[]>();
  let [ended, total] = [0, 0];
  for (const index of order) {
    for (; items[ending[ended]!]!.last < items[index]!.first; ++ended) {
      const old = ending[ended]!;
      const size = align(items[old]!.bytes);
      const gaps = free.get(size);
      if (gaps) gaps.push(offsets[old]!);
      else free.set(size, [offsets[old]!]);
    }
    const size = align(items[index]!.bytes);
    const gap = free.get(size)?.pop();
    offsets[index] = gap ?? total;
    if (gap === undefined) total += size;
  }
  return { offsets, bytes: total };
}
