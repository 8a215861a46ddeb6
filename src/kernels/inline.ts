/** Kernels carried as text, which need no file, URL or setting; for wherever WebAssembly may be compiled. */
import simd from "../../build/kernels.simd.wasm?inline";
import relaxed from "../../build/relaxed.wasm?inline";
import { withSharedMemory, type ModuleSource } from "../runtime/kernels.js";

/** What goes on top of the kernels for all engines. */
const PARTS = {
  simd: () => [],
  relaxed: () => [relaxed],
  wide: async () => [(await import("../../build/wide.wasm?inline")).default],
};

export const modules: ModuleSource = async (build, shared) => {
  const parts = [simd, ...(await PARTS[build]())];
  return Promise.all(
    parts.map((part) => {
      const bytes = decode(part);
      return WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes);
    }),
  );
};

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}
