/**
 * Finds the indices of functions, globals and types in a stream of instructions, which takes the length of every
 * instruction: MVP, sign extension, bulk memory, SIMD and relaxed SIMD. Tables, references and atomics are refused.
 *
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */
import { UnsupportedError } from "../../errors.js";
import type { Reader } from "./bytes.js";

/** An index in the code: where its LEB128 begins and ends. */
export interface IndexPlace {
  readonly kind: "function" | "global" | "type";
  readonly begin: number;
  readonly end: number;
  readonly index: number;
}

/** The indices in the code of one function, from the reader's place to the end of its bytes. */
export function findIndices(reader: Reader): IndexPlace[] {
  const places: IndexPlace[] = [];
  const index = (kind: IndexPlace["kind"]) => {
    const begin = reader.at;
    const value = reader.unsigned();
    places.push({ kind, begin, end: reader.at, index: value });
  };
  while (!reader.done) {
    const opcode = reader.byte();
    switch (opcode) {
      case BLOCK:
      case LOOP:
      case IF:
        // A value type or "none" is a single byte from 64 to 127, which is a negative number; an index is positive.
        if ((reader.bytes[reader.at]! & 0xc0) === 0x40) reader.byte();
        else index("type");
        break;
      case CALL:
        index("function");
        break;
      case GLOBAL_GET:
      case GLOBAL_SET:
        index("global");
        break;
      default:
        skipImmediates(opcode, reader);
    }
  }
  return places;
}

const BLOCK = 0x02;
const LOOP = 0x03;
const IF = 0x04;
const CALL = 0x10;
const GLOBAL_GET = 0x23;
const GLOBAL_SET = 0x24;

/** Skips the immediates of an instruction that holds no index of ours. */
function skipImmediates(opcode: number, reader: Reader): void {
  if (opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f) return; // unreachable nop else end return
  if (opcode === 0x1a || opcode === 0x1b) return; // drop select
  if (opcode >= 0x45 && opcode <= 0xc4) return; // numeric
  if (opcode === 0x0c || opcode === 0x0d) return reader.skipInteger(); // br br_if
  if (opcode >= 0x20 && opcode <= 0x22) return reader.skipInteger(); // local.get local.set local.tee
  if (opcode === 0x41 || opcode === 0x42) return reader.skipInteger(); // i32.const i64.const
  if (opcode >= 0x28 && opcode <= 0x3e) return skipMemoryArgument(reader); // loads and stores
  if (opcode === 0x3f || opcode === 0x40) return void reader.byte(); // memory.size memory.grow
  if (opcode === 0x43) return void reader.take(4); // f32.const
  if (opcode === 0x44) return void reader.take(8); // f64.const
  if (opcode === 0x0e) {
    // br_table
    for (let left = reader.unsigned() + 1; left > 0; --left) reader.skipInteger();
    return;
  }
  if (opcode === 0x1c) return void reader.take(reader.unsigned()); // select with types
  if (opcode === 0xfc) return skipBulk(reader);
  if (opcode === 0xfd) return skipVector(reader);
  throw unknown(opcode.toString(16));
}

function skipMemoryArgument(reader: Reader): void {
  if (reader.unsigned() >= 64) throw new UnsupportedError("WebAssembly module expected one memory, got several");
  reader.skipInteger();
}

/** The instructions with prefix 0xFC. */
function skipBulk(reader: Reader): void {
  const opcode = reader.unsigned();
  if (opcode <= 7) return; // saturating conversions
  if (opcode === 10) return void reader.take(2); // memory.copy
  if (opcode === 11) return void reader.take(1); // memory.fill
  throw unknown(`fc ${opcode}`);
}

/** The instructions with prefix 0xFD. */
function skipVector(reader: Reader): void {
  const opcode = reader.unsigned();
  if (opcode <= 11) return skipMemoryArgument(reader); // v128.load to v128.store
  if (opcode === 12 || opcode === 13) return void reader.take(16); // v128.const i8x16.shuffle
  if (opcode <= 20) return; // swizzle and splats
  if (opcode <= 34) return void reader.byte(); // extract_lane and replace_lane
  if (opcode >= 84 && opcode <= 91) {
    // v128.load8_lane to v128.store64_lane
    skipMemoryArgument(reader);
    return void reader.byte();
  }
  if (opcode === 92 || opcode === 93) return skipMemoryArgument(reader); // v128.load32_zero v128.load64_zero
  if (opcode > 0x113) throw unknown(`fd ${opcode}`);
}

function unknown(opcode: string): UnsupportedError {
  return new UnsupportedError(`WebAssembly module expected known instructions, got opcode ${opcode}`);
}
