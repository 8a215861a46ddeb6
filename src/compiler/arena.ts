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

/**
 * Offsets for all, and the bytes they need together. The largest are placed first, each in the lowest gap between
 * those already placed that live at the same time.
 */
export function placeAll(items: readonly Lifetime[]): { offsets: number[]; bytes: number } {
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
