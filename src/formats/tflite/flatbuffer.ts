/**
 * FlatBuffers tables of a file that nobody vouches for.
 *
 * The `flatbuffers` package trusts every offset and reads zeros past the end. Here each offset, vtable and vector is
 * checked before it is read. A file may point to the same bytes from many places; a budget of bytes keeps the work in
 * proportion to its size.
 */
import { FormatError, quote } from "../../errors.js";
import { decodeText } from "../../io/text.js";

/** A file may make us read this many times its size. */
const READS = 4;

/** Bytes of a file and how many of them may still be read. */
class Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #budget: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#budget = READS * bytes.length;
  }

  /** Checks that `length` bytes at `position` exist, and counts them as read. */
  expect(position: number, length: number, what: string): void {
    if (!(position >= 0 && position + length <= this.bytes.length)) {
      throw new FormatError(
        `${what} expected inside the file of ${this.bytes.length} bytes, got ${length} bytes at ${position}`,
      );
    }
    this.#budget -= length;
    if (this.#budget < 0) throw new FormatError(`${what} is one of too many that share the same bytes`);
  }
}

/** A table: fields by their number in the schema, all of them optional. */
export class Table {
  readonly #source: Source;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;
  readonly #bytes: number;
  readonly #name: string;

  private constructor(source: Source, position: number, name: string) {
    source.expect(position, 4, name);
    const vtable = position - source.view.getInt32(position, true);
    source.expect(vtable, 4, `vtable of ${name}`);
    const vtableBytes = source.view.getUint16(vtable, true);
    const bytes = source.view.getUint16(vtable + 2, true);
    if (vtableBytes < 4 || bytes < 4) throw new FormatError(`vtable of ${name} is too small`);
    source.expect(vtable, vtableBytes, `vtable of ${name}`);
    source.expect(position, bytes, name);
    this.#source = source;
    this.#position = position;
    this.#vtable = vtable;
    this.#vtableBytes = vtableBytes;
    this.#bytes = bytes;
    this.#name = name;
  }

  /** The root table of a file. Throws FormatError if the four bytes after the root offset are not `identifier`. */
  static root(bytes: Uint8Array, identifier: string, name: string): Table {
    const source = new Source(bytes);
    source.expect(0, 8, name);
    const found = String.fromCharCode(...bytes.subarray(4, 8));
    if (found !== identifier) {
      throw new FormatError(`${name} expected identifier ${identifier}, got ${quote(found)}`);
    }
    return new Table(source, source.view.getUint32(0, true), name);
  }

  /** Where a field of so many bytes is, or 0 if it is not set. */
  #field(id: number, length: number, what: string): number {
    const entry = 4 + 2 * id;
    if (entry + 2 > this.#vtableBytes) return 0;
    const offset = this.#source.view.getUint16(this.#vtable + entry, true);
    if (offset === 0) return 0;
    if (offset + length > this.#bytes) throw new FormatError(`${this.#name}: ${what} lies outside of its table`);
    return this.#position + offset;
  }

  int8(id: number, fallback = 0): number {
    const at = this.#field(id, 1, `field ${id}`);
    return at ? this.#source.view.getInt8(at) : fallback;
  }

  int32(id: number, fallback = 0): number {
    const at = this.#field(id, 4, `field ${id}`);
    return at ? this.#source.view.getInt32(at, true) : fallback;
  }

  uint32(id: number, fallback = 0): number {
    return this.int32(id, fallback) >>> 0;
  }

  float32(id: number, fallback = 0): number {
    const at = this.#field(id, 4, `field ${id}`);
    return at ? this.#source.view.getFloat32(at, true) : fallback;
  }

  /** What an offset field points to, or 0. */
  #target(id: number, what: string): number {
    const at = this.#field(id, 4, what);
    return at && at + this.#source.view.getUint32(at, true);
  }

  table(id: number, what: string): Table | undefined {
    const at = this.#target(id, what);
    return at ? new Table(this.#source, at, `${this.#name}: ${what}`) : undefined;
  }

  tables(id: number, what: string): Table[] {
    const { start, length } = this.#vector(id, 4, what);
    return Array.from({ length }, (_, index) => {
      const at = start + 4 * index;
      return new Table(this.#source, at + this.#source.view.getUint32(at, true), `${this.#name}: ${what} ${index}`);
    });
  }

  int32s(id: number, what: string): number[] {
    const { start, length } = this.#vector(id, 4, what);
    return Array.from({ length }, (_, index) => this.#source.view.getInt32(start + 4 * index, true));
  }

  float32s(id: number, what: string): number[] {
    const { start, length } = this.#vector(id, 4, what);
    return Array.from({ length }, (_, index) => this.#source.view.getFloat32(start + 4 * index, true));
  }

  /** 64-bit integers, which must be small. */
  int64s(id: number, what: string): number[] {
    const { start, length } = this.#vector(id, 8, what);
    return Array.from({ length }, (_, index) => Number(this.#source.view.getBigInt64(start + 8 * index, true)));
  }

  /** A vector of bytes, as a view of the file. */
  bytes(id: number, what: string): Uint8Array | undefined {
    if (!this.#target(id, what)) return undefined;
    const { start, length } = this.#vector(id, 1, what);
    return this.#source.bytes.subarray(start, start + length);
  }

  string(id: number, what: string): string {
    const bytes = this.bytes(id, what);
    return bytes ? decodeText(bytes) : "";
  }

  #vector(id: number, elementBytes: number, what: string): { start: number; length: number } {
    const at = this.#target(id, what);
    if (!at) return { start: 0, length: 0 };
    this.#source.expect(at, 4, `${this.#name}: ${what}`);
    const length = this.#source.view.getUint32(at, true);
    this.#source.expect(at + 4, length * elementBytes, `${this.#name}: ${what}`);
    return { start: at + 4, length };
  }
}
