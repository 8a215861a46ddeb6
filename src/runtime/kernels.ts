/** The kernels as the host sees them: a compiled module for each build, an instance for each network. */
import type { KernelName } from "../../build/abi.js";
import { FormatError } from "../errors.js";
import type { Kernels } from "./features.js";

/**
 * Computes rows × channel blocks of an output.
 *
 * @param params address of the parameters, see assembly/abi.
 * @param tile address of the scratch tile of the calling thread.
 */
export type Kernel = (
  params: number,
  tile: number,
  rowBegin: number,
  rowEnd: number,
  blockBegin: number,
  blockEnd: number,
) => void;

export type KernelExports = Record<KernelName, Kernel> & {
  /** The index of an element of BYTE_PRODUCTS, see assembly/q8/pointwisedot.ts. */
  q8_byteProducts(): number;
  /** Checks an input, see assembly/f32/finite.ts. */
  f32_areFinite(input: number, count: number): number;
  /** Pack weights, see assembly/move/interleave.ts. */
  interleave(input: number, output: number, words: number, flip: number): void;
  interleavePairs(input: number, output: number, words: number, flip: number, offset: number): void;
};

/**
 * The modules that make up one set of kernels.
 *
 * @internal
 */
export interface Modules {
  /** The kernels of most networks; an export of a later module replaces the same export of an earlier one. */
  readonly base: readonly WebAssembly.Module[];
  /** Loads the kernels that few networks need. */
  readonly rare: () => Promise<WebAssembly.Module>;
}

/**
 * Returns the modules of a set of kernels; each entry of the package has its own implementation. `shared` asks for kernels
 * on shared memory, which threads need. undefined if this entry does not have them. Every entry has `simd` on memory that
 * is not shared.
 *
 * @internal
 */
export type ModuleSource = (kernels: Kernels, shared: boolean) => Promise<Modules> | undefined;

/**
 * Returns a copy of a kernel binary that imports shared memory: sets the flag in the limits of the imported memory. The
 * kernels themselves are the same.
 *
 * @throws FormatError if the binary does not import "env" "memory" with a maximum.
 * @internal
 */
export function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  // import "env" "memory" (memory, limits with a maximum)
  const pattern = [3, ...codes("env"), 6, ...codes("memory"), 2, 1];
  const at = bytes.findIndex((_, start) => pattern.every((byte, i) => bytes[start + i] === byte));
  if (at < 0) throw new FormatError('the kernels must import "env" "memory" with a maximum');
  const shared = bytes.slice();
  shared[at + pattern.length - 1] = 3;
  return shared;
}

function codes(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Instantiates the kernels on a memory.
 *
 * @internal
 */
export async function instantiateKernels(
  modules: readonly WebAssembly.Module[],
  memory: WebAssembly.Memory,
): Promise<KernelExports> {
  const imports = { env: { memory } };
  const instances = modules.map((module) => WebAssembly.instantiate(module, imports));
  return mergeExports(await Promise.all(instances));
}

/** The exports of several instances, the later ones before the earlier. */
export function mergeExports(instances: readonly { readonly exports: object }[]): KernelExports {
  return Object.assign({}, ...instances.map(({ exports }) => exports)) as KernelExports;
}

/** Activations as unsigned or as signed bytes, which are multiplied with weights as signed bytes. */
export type ByteProducts = "unsigned" | "signed";

/**
 * The answers of q8_byteProducts: which bytes the kernels multiply with signed ones exactly on this machine.
 *
 * @internal
 */
export const BYTE_PRODUCTS: readonly (ByteProducts | undefined)[] = [undefined, "unsigned", "signed"];
