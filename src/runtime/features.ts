/** Detects features of the WebAssembly engine by validating tiny modules, and of the runtime around it. */
import { UnsupportedError } from "../errors.js";

/**
 * A set of kernels. All come from one source. `relaxed` uses fused multiply-adds and byte products where the machine has
 * them; `wide` is `relaxed` in tiles for V8's revectorization, and slow without it.
 */
export type Kernels = "simd" | "relaxed" | "wide";

/** Validates a module of one function () → () with the given body of less than 100 bytes. */
function validates(code: readonly number[]): boolean {
  const body = [0, ...code, 0x0b];
  // prettier-ignore
  return WebAssembly.validate(new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,            // \0asm, version 1
    1, 4, 1, 0x60, 0, 0,                        // types: () → ()
    3, 2, 1, 0,                                 // functions: one of type 0
    10, body.length + 2, 1, body.length, ...body,
  ]));
}

const SPLAT = [0x41, 0, 0xfd, 0x0f]; // i8x16.splat(0)
const DROP = 0x1a;

/** Whether this runtime has relaxed SIMD. */
export function hasRelaxedSimd(): boolean {
  return validates([...SPLAT, ...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02, DROP]); // f32x4.relaxed_madd
}

/**
 * Returns the fastest kernels that run without a flag of the engine.
 *
 * @throws UnsupportedError if this runtime has no WebAssembly SIMD.
 */
export function bestKernels(): "simd" | "relaxed" {
  if (hasRelaxedSimd()) return "relaxed";
  if (validates([...SPLAT, DROP])) return "simd";
  throw new UnsupportedError("this runtime has no WebAssembly SIMD");
}

/** Whether the processor is an x86: there an invalid operation gives a NaN with its sign set, elsewhere without. */
export function isX86(): boolean {
  // prettier-ignore
  const module = new WebAssembly.Module(new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,            // \0asm, version 1
    1, 6, 1, 0x60, 1, 0x7d, 1, 0x7f,            // types: (f32) → (i32)
    3, 2, 1, 0,                                 // functions: one of type 0
    7, 5, 1, 1, 0x66, 0, 0,                     // exports: "f"
    10, 13, 1, 11, 0, 0x20, 0, 0x20, 0, 0x93, 0xbc, 0x41, 31, 0x76, 0x0b, // the sign of x - x, as the bit of an integer
  ]));
  const { f } = new WebAssembly.Instance(module).exports as { f(x: number): number };
  return f(Infinity) === 1;
}

/** V8's flag for vectors of 256 bits. */
export const WIDE_FLAG = "--experimental-wasm-revectorize";

/** Whether this Node was started with that flag. */
export function startedWide(): boolean {
  return globalThis.process?.execArgv?.includes(WIDE_FLAG) ?? false;
}
