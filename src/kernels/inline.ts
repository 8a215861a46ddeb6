/** Kernels as text (deflated, base64), which needs no file, URL or setting; for runtimes that compile WebAssembly. */
import simd from "../../build/kernels.simd.wasm?inline";
import relaxed from "../../build/relaxed.wasm?inline";
import { withSharedMemory, type ModuleSource } from "../runtime/kernels.js";

/** Modules that replace some kernels of the base module. */
const PARTS = {
  simd: () => [],
  relaxed: () => [relaxed],
  wide: async () => [(await import("../../build/wide.wasm?inline")).default],
};

export const modules: ModuleSource = async (kernels, shared) => {
  const parts = [simd, ...(await PARTS[kernels]())];
  return Promise.all(
    parts.map(async (part) => {
      const bytes = await inflate(part);
      return WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes);
    }),
  );
};

/** Node has zlib at once, while its web streams take 50 ms to load. */
async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib) return new Uint8Array(zlib.inflateRawSync(Buffer.from(base64, "base64")));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
