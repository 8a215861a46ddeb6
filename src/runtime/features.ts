/** What the WebAssembly engine at hand can do, found out by validating tiny modules. */
import { UnsupportedError } from "../errors.js";

/**
 * Kernel binaries made from one source. `relaxed` uses fused multiply-adds where the machine has them; `wide` is the same
 * in tiles for V8's revectorization, and slow without it.
 */
export type Build = "simd" | "relaxed" | "wide";

/** A module of one function () → () whose body is `code`, less than 100 bytes of it. */
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

/** The fastest build that runs here. Throws UnsupportedError where there is no WebAssembly SIMD. */
export function bestBuild(): "simd" | "relaxed" {
  // f32x4.relaxed_madd
  if (validates([...SPLAT, ...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02, DROP])) return "relaxed";
  if (validates([...SPLAT, DROP])) return "simd";
  throw new UnsupportedError("this runtime has no WebAssembly SIMD");
}

/** Why this runtime cannot have several threads on one memory; undefined if it can. */
export function whyNoThreads(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false) {
    return "the page is not cross-origin isolated, so there is no shared memory";
  }
  if (typeof Worker === "undefined" && !globalThis.process?.getBuiltinModule?.("node:worker_threads")) {
    return "this runtime has no worker threads";
  }
  return undefined;
}

/** How many threads the machine runs at once. */
export function processors(): number {
  return (
    globalThis.navigator?.hardwareConcurrency ??
    globalThis.process?.getBuiltinModule?.("node:os").availableParallelism() ??
    1
  );
}

/** V8's flag for vectors of 256 bits. */
export const WIDE_FLAG = "--experimental-wasm-revectorize";

/** Whether this Node was started with that flag. */
export function startedWide(): boolean {
  return globalThis.process?.execArgv?.includes(WIDE_FLAG) ?? false;
}
