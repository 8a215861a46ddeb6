/** Pictures from files that strangers sent: the header is read first, and only what fits is decoded. */
import type { Image } from "mobilenet-simd";
import type { Codec, CreateCodec } from "./codecs/codec.ts";
import { createJpeg } from "./codecs/jpeg.ts";
import { createPng } from "./codecs/png.ts";
import { createWebp } from "./codecs/webp.ts";
import { Refusal } from "./errors.ts";
import { readHeader, type Format, type Header } from "./header.ts";

/** The decoders' WebAssembly, by format. Workers import it; elsewhere it is compiled from files. */
export type CodecModules = Readonly<Record<Format, WebAssembly.Module>>;

const CREATE: Readonly<Record<Format, CreateCodec>> = { jpeg: createJpeg, png: createPng, webp: createWebp };

/** A codec that took more memory than this for a picture is not kept for the next: memory of WebAssembly never shrinks. */
const KEEP_BYTES = 16 * 2 ** 20;

/** Decodes one picture after another; a decoder that failed is not used again. */
export class PictureReader {
  readonly #modules: CodecModules;
  readonly #codecs = new Map<Format, Promise<Codec>>();

  constructor(modules: CodecModules) {
    this.#modules = modules;
  }

  /**
   * Decodes a JPEG, PNG or WebP and shows it to `use`, at once and for that time only, so that never two pictures are in
   * memory.
   *
   * @param least how small either side may become, in pixels, where the codec can leave out what is not needed.
   * @throws Refusal 415 for other files, 413 for too many pixels, 422 for a damaged file.
   */
  async show<T>(file: Uint8Array, least: number, use: (image: Image, header: Header) => T): Promise<T> {
    const header = readHeader(file);
    if (!header) throw new Refusal(415, "expected a JPEG, PNG or WebP file");
    checkSize(header);
    const { format } = header;
    let codec: Codec;
    for (let promise; ;) {
      promise = this.#codecs.get(format) ?? this.#create(format);
      codec = await promise;
      if (this.#codecs.get(format) === promise) break; // else it failed for another request meanwhile
    }
    let decoded = false;
    try {
      return codec.show(file, header, least, (image) => {
        decoded = true;
        return use(image, header);
      });
    } catch (error) {
      this.#codecs.delete(format);
      throw decoded ? error : new Refusal(422, `damaged picture: its ${format} data cannot be decoded`);
    } finally {
      if (codec.memory.buffer.byteLength > KEEP_BYTES) this.#codecs.delete(format);
    }
  }

  #create(format: Format): Promise<Codec> {
    const codec = Promise.resolve(CREATE[format](this.#modules[format]));
    this.#codecs.set(format, codec);
    return codec;
  }
}

/** Bytes that decoding takes for each pixel. */
function bytesPerPixel({ format, progressive }: Header): number {
  if (format === "jpeg") return progressive ? 6 : 2;
  return format === "png" ? 5 : 8;
}

/** What decoding a picture may take: half of an isolate's memory. */
const MAX_DECODE_BYTES = 48 * 2 ** 20;

/** @throws Refusal 413 if decoding takes more memory than there may be. */
function checkSize(header: Header): void {
  const most = Math.floor(MAX_DECODE_BYTES / bytesPerPixel(header));
  const { format, progressive, width, height } = header;
  if (width * height <= most) return;
  const kind = progressive ? "progressive jpeg" : format;
  throw new Refusal(
    413,
    `a ${kind} of ${width}×${height} pixels; at most ${(most / 1e6).toFixed(1)} million are decoded`,
  );
}
