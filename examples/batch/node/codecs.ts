/** The Worker's decoders, compiled from their files. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { CodecModules } from "mobilenet-simd-worker/picture.ts";

export async function compileCodecs(): Promise<CodecModules> {
  const compile = async (path: string) => WebAssembly.compile(await readFile(fileURLToPath(import.meta.resolve(path))));
  const [jpeg, png, webp] = await Promise.all([
    compile("imagescript/wasm/any/jpeg.wasm"),
    compile("imagescript/wasm/any/png.wasm"),
    compile("@jsquash/webp/codec/dec/webp_dec.wasm"),
  ]);
  return { jpeg, png, webp };
}
