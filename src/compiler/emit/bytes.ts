/** Reading and writing the bytes of a WebAssembly module: LEB128 integers, names, vectors. */
import { FormatError } from "../../errors.js";

/** A cursor over bytes. Every method throws FormatError at the end of the bytes. */
export class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new FormatError(`WebAssembly module expected more bytes after ${this.bytes.length}`);
    return byte;
  }

  /** An unsigned integer of up to 32 bits. */
  unsigned(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      result += (byte & 127) * 2 ** shift;
      if (byte < 128) return result;
    }
    throw new FormatError(`WebAssembly module expected an integer of at most 32 bits before ${this.at}`);
  }

  /** Skips an integer of up to 64 bits, signed or unsigned. */
  skipInteger(): void {
    for (let left = 10; left > 0; --left) if (this.byte() < 128) return;
    throw new FormatError(`WebAssembly module expected an integer of at most 64 bits before ${this.at}`);
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) {
      throw new FormatError(`WebAssembly module expected ${end} bytes, got ${this.bytes.length}`);
    }
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }

  vector<T>(item: () => T): T[] {
    return Array.from({ length: this.unsigned() }, item);
  }
}

/** An unsigned LEB128 integer, in as few bytes as possible. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left & 127) | 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

/** A signed LEB128 integer of 32 bits, in as few bytes as possible. Addresses from 2^31 may be given unsigned. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value | 0; ; left >>= 7) {
    const low = left & 127;
    if ((left < 64 && left >= -64) || left === 0) return [...bytes, low];
    bytes.push(low | 128);
  }
}

/** A name: its length, then UTF-8. */
export function name(text: string): number[] {
  const utf8 = new TextEncoder().encode(text);
  return [...unsigned(utf8.length), ...utf8];
}

/** Joins pieces. */
export function concat(pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
