/** What a decoder is: one instance of a WebAssembly module, to be let go after a failure or when it has grown. */
import type { Picture } from "mobilenet-simd";
import type { Header } from "../header.ts";

export interface Codec {
  readonly memory: WebAssembly.Memory;
  /**
   * Decodes a file and shows the picture to `use`, upright. Its pixels may be the codec's own: they are gone afterwards.
   *
   * @param least how small either side may become, in pixels, where the codec can leave out what is not needed.
   * @throws anything if the file is damaged.
   */
  show<T>(file: Uint8Array, header: Header, least: number, use: (image: Picture) => T): T;
}

/** A fresh instance. */
export type CreateCodec = (module: WebAssembly.Module) => Codec | Promise<Codec>;
