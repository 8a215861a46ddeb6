/** The decoders as modules, which is how Workers have WebAssembly: they do not compile bytes. */
import webp from "@jsquash/webp/codec/dec/webp_dec.wasm";
import jpeg from "imagescript/wasm/any/jpeg.wasm";
import png from "imagescript/wasm/any/png.wasm";
import type { CodecModules } from "../picture.ts";

export const CODEC_MODULES: CodecModules = { jpeg, png, webp };
