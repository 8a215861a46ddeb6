/** Kernels as text, which needs no file, URL or setting; for runtimes that compile WebAssembly. */
import * as simd from "../../build/kernels.simd.wasm?inline";
import { isX86, type Kernels } from "../runtime/features.js";
import { withSharedMemory, type ModuleSource } from "../runtime/kernels.js";

/** A binary of build/ as text. */
export type Inline = typeof simd;

/** Modules that replace some kernels of the base module. An engine loads only the one that it runs. */
const PARTS = {
  simd: async () => [],
  relaxed: async () => [await import("../../build/relaxed.wasm?inline")],
  wide: async () => [await import("../../build/wide.wasm?inline")],
};

/** Modules for ARM64 in place of some kernels of both. They run on other processors too, if isX86() is mistaken. */
const ARM_PARTS = {
  simd: () => import("../../build/arm.wasm?inline"),
  relaxed: () => import("../../build/arm.relaxed.wasm?inline"),
};

export const modules: ModuleSource = async (kernels, shared) => {
  const compile = (part: Uint8Array<ArrayBuffer>) => WebAssembly.compile(shared ? withSharedMemory(part) : part);
  const parts = await partsOf(kernels);
  if (kernels !== "wide" && !isX86()) parts.push(await binaryOf(await ARM_PARTS[kernels]()));
  const base = await Promise.all(parts.map(compile));
  return { base, rare: async () => compile(await rarePart()) };
};

/** The binary of the rare kernels. */
export async function rarePart(): Promise<Uint8Array<ArrayBuffer>> {
  return binaryOf(await import("../../build/kernels.rare.wasm?inline"));
}

/** The binaries of these kernels for all processors: those for all engines, then the ones that replace some of them. */
export async function partsOf(kernels: Kernels): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all([simd, ...(await PARTS[kernels]())].map(binaryOf));
}

/** The bytes of a binary: of its file in Node, which takes 4 ms to load zlib, or of its text. */
export async function binaryOf(binary: Inline): Promise<Uint8Array<ArrayBuffer>> {
  return packaged(binary, import.meta.url) ?? inflate(binary.default);
}

/**
 * A file of the package, where this module is a chunk of it; undefined in a bundle, which has no such file beside it.
 * Bundlers would look for a URL that they can read here; hence the parameter.
 */
function packaged({ file, size }: Inline, chunk: string): Uint8Array<ArrayBuffer> | undefined {
  const { node, deno, bun } = globalThis.process?.versions ?? {};
  if (!node || deno || bun) return undefined; // Deno would ask its user for permission to read.
  try {
    const bytes = process.getBuiltinModule("node:fs").readFileSync(new URL(`../${file}`, chunk));
    return bytes.length === size ? bytes : undefined;
  } catch {
    return undefined;
  }
}

async function inflate(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib"); // Web streams take Node 50 ms to load.
  if (zlib) return new Uint8Array(zlib.inflateRawSync(Buffer.from(base64, "base64")));
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
