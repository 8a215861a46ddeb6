/** PNG by the decoder of the package imagescript. */
import type { Codec } from "./codec.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  walloc(length: number): number;
  wfree(address: number): void;
  /** The address of RGBA pixels; negative for a failure. */
  decode(file: number, length: number): number;
  width(): number;
  height(): number;
}

export function createPng(module: WebAssembly.Module): Codec {
  const instance = new WebAssembly.Instance(module, { env: { emscripten_notify_memory_growth: () => undefined } });
  const wasm = instance.exports as unknown as Exports;
  wasm._initialize();
  const { memory } = wasm;
  return {
    memory,
    show(file, _header, _least, use) {
      const address = wasm.walloc(file.length);
      new Uint8Array(memory.buffer, address, file.length).set(file);
      const pixels = wasm.decode(address, file.length);
      wasm.wfree(address);
      if (pixels < 0) throw new Error("damaged PNG");
      const [width, height] = [wasm.width(), wasm.height()];
      const result = use({ data: new Uint8Array(memory.buffer, pixels, width * height * 4), width, height });
      wasm.wfree(pixels);
      return result;
    },
  };
}
