/** WebP by libwebp, as the package @jsquash/webp has it. */
import libwebp from "@jsquash/webp/codec/dec/webp_dec.js";
import type { Codec } from "./codec.ts";

export async function createWebp(module: WebAssembly.Module): Promise<Codec> {
  let memory: WebAssembly.Memory | undefined;
  const decoder = await libwebp({
    noInitialRun: true,
    print: () => undefined,
    printErr: () => undefined,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
      done(instance);
      return instance.exports;
    },
  });
  return {
    memory: memory!,
    show(file, _header, _least, use) {
      const image = decoder.decode(file);
      if (!image) throw new Error("damaged WebP");
      return use(image);
    },
  };
}
