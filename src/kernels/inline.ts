/** Kernels as text (deflated, base64), which needs no file, URL or setting; for runtimes that compile WebAssembly. */
import simd from "../../build/kernels.simd.wasm?inline";
import { isX86, type Kernels } from "../runtime/features.js";
import { withSharedMemory, type ModuleSource } from "../runtime/kernels.js";

/** Modules that replace some kernels of the base module. An engine loads only the one that it runs. */
const PARTS = {
  simd: async () => [],
  relaxed: async () => [(await import("../../build/relaxed.wasm?inline")).default],
  wide: async () => [(await import("../../build/wide.wasm?inline")).default],
};

/** Modules for ARM64 in place of some kernels of both. They run on other processors too, if isX86() is mistaken. */
const ARM_PARTS = {
  simd: () => import("../../build/arm.wasm?inline"),
  relaxed: () => import("../../build/arm.relaxed.wasm?inline"),
};

export const modules: ModuleSource = async (kernels, shared) => {
  const compile = (part: Uint8Array<ArrayBuffer>) => WebAssembly.compile(shared ? withSharedMemory(part) : part);
  const parts = await partsOf(kernels);
  if (kernels !== "wide" && !isX86()) parts.push(await inflate((await ARM_PARTS[kernels]()).default));
  const base = await Promise.all(parts.map(compile));
  return { base, rare: async () => compile(await rarePart()) };
};

/** The binary of the rare kernels. */
export async function rarePart(): Promise<Uint8Array<ArrayBuffer>> {
  return inflate((await import("../../build/kernels.rare.wasm?inline")).default);
}

/** The binaries of these kernels for all processors: those for all engines, then the ones that replace some of them. */
export async function partsOf(kernels: Kernels): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all([simd, ...(await PARTS[kernels]())].map(inflate));
}

/** Node has zlib at once, while its web streams take 50 ms to load. */
export async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib) return new Uint8Array(zlib.inflateRawSync(Buffer.from(base64, "base64")));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
