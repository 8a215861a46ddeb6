/** Mutants of zip archives: their directories lie. */
import { flips } from "../test/support/mutate.js";

/** Where a field begins in its header, and how many bytes it has. */
type Field = readonly [number, 2 | 4];

/** Fields of a record in the directory (APPNOTE.TXT, 4.3.12). */
const RECORD: readonly Field[] = [[8, 2], [10, 2], [16, 4], [20, 4], [24, 4], [28, 2], [30, 2], [32, 2], [42, 4]]; // prettier-ignore

/** Fields of the record at the end (4.3.16). */
const END: readonly Field[] = [[8, 2], [10, 2], [12, 4], [16, 4], [20, 2]]; // prettier-ignore

/** Fields of the header before an entry (4.3.7). */
const ENTRY: readonly Field[] = [[6, 2], [8, 2], [18, 4], [22, 4], [26, 2], [28, 2]]; // prettier-ignore

const FIELDS: ReadonlyMap<number, readonly Field[]> = new Map([
  [0x04034b50, ENTRY],
  [0x02014b50, RECORD],
  [0x06054b50, END],
]);
const NUMBERS = [0, 1, 2, 8, 22, 64, 65, 255, 65535, 2 ** 31, 2 ** 32 - 1];

/**
 * An archive behind a file of `base` bytes, with one to three of its fields replaced, its directory repeated, or bits
 * flipped.
 */
export function mutatedArchive(archive: Uint8Array, base: number, random: () => number): Uint8Array {
  const copy = moved(archive, base);
  const view = new DataView(copy.buffer);
  if (random() < 0.2) return flips(copy, 1, random).next().value!;
  if (random() < 0.2) return withRepeatedDirectory(copy, base, random);
  const places = headersIn(view);
  const place = () => {
    const [at, fields] = pick(places, random);
    const [offset, bytes] = pick(fields, random);
    return [at + offset, bytes] as const;
  };
  for (let left = 1 + Math.floor(3 * random()); left > 0; --left) {
    const [at, bytes] = place();
    const [other, otherBytes] = place();
    const taken = otherBytes === 2 ? view.getUint16(other, true) : view.getUint32(other, true);
    const value = random() < 0.5 ? taken : pick(NUMBERS, random);
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return copy;
}

/** A copy whose offsets count from the beginning of the whole file. */
function moved(archive: Uint8Array, base: number): Uint8Array<ArrayBuffer> {
  const copy = archive.slice();
  const view = new DataView(copy.buffer);
  for (const [at, fields] of headersIn(view)) {
    const field = fields === RECORD ? 42 : fields === END ? 16 : undefined;
    if (field !== undefined) view.setUint32(at + field, base + view.getUint32(at + field, true), true);
  }
  return copy;
}

/** Records of the same entries over and over. */
function withRepeatedDirectory(archive: Uint8Array, base: number, random: () => number): Uint8Array {
  const end = archive.length - 22;
  const start = new DataView(archive.buffer).getUint32(end + 16, true) - base;
  const times = 1 + Math.floor(40 * random());
  const directory = Array.from({ length: times }, () => archive.subarray(start, end));
  const whole = Buffer.concat([archive.subarray(0, start), ...directory, archive.subarray(end)]);
  whole.writeUInt16LE(times * whole.readUInt16LE(whole.length - 12), whole.length - 12);
  return whole;
}

/** Where headers begin, and their fields. */
function headersIn(view: DataView): (readonly [number, readonly Field[]])[] {
  const found: (readonly [number, readonly Field[]])[] = [];
  for (let at = 0; at + 22 <= view.byteLength; ++at) {
    const fields = FIELDS.get(view.getUint32(at, true));
    if (fields) found.push([at, fields]);
  }
  return found;
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)]!;
}
