/** Kernels carried as text (deflated, in base64), which need no file, URL or setting; for wherever WebAssembly may be compiled. */
import simd from "../../build/kernels.simd.wasm?inline";
import relaxed from "../../build/relaxed.wasm?inline";
import type { Build } from "../runtime/features.js";
import { withSharedMemory, type ModuleSource } from "../runtime/kernels.js";

/** What goes on top of the kernels for all engines. */
const PARTS = {
  simd: () => [],
  relaxed: () => [relaxed],
  wide: async () => [(await import("../../build/wide.wasm?inline")).default],
};

export const modules: ModuleSource = async (build, shared) =>
  Promise.all((await partsOf(build)).map((part) => WebAssembly.compile(shared ? withSharedMemory(part) : part)));

/** The binaries of a build: the kernels for all engines, then those in place of some of them. */
export async function partsOf(build: Build): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all([simd, ...(await PARTS[build]())].map(inflate));
}

/** Node has zlib at once, while its web streams take 50 ms to load. */
export async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib) return new Uint8Array(zlib.inflateRawSync(Buffer.from(base64, "base64")));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
