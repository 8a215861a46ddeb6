/** The Worker's decoders in Node. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CodecModules } from "../cloudflare-worker/src/picture.js";

export async function compileCodecs(): Promise<CodecModules> {
  const compile = (path: string) => WebAssembly.compile(readFileSync(fileURLToPath(import.meta.resolve(path))));
  const [jpeg, png, webp] = await Promise.all([
    compile("imagescript/wasm/any/jpeg.wasm"),
    compile("imagescript/wasm/any/png.wasm"),
    compile("@jsquash/webp/codec/dec/webp_dec.wasm"),
  ]);
  return { jpeg, png, webp };
}
