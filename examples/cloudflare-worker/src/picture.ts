/** Pictures from files that strangers sent: the header is read first, and only what fits is decoded. */
import type { Picture } from "mobilenet-simd";
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
  async show<T>(file: Uint8Array, least: number, use: (image: Picture, header: Header) => T): Promise<T> {
    const header = readHeader(file);
    if (!header) throw new Refusal(415, "expected a JPEG, PNG or WebP file");
    checkSize(header, least);
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

/** Whatever is decoded, has to be read: that is time. */
const MAX_PIXELS = 50_000_000;

/** What decoding a picture may take, of the 128 MB that an isolate has. */
const MAX_DECODE_BYTES = 40 * 2 ** 20;

/** Measured with pictures of 6 million pixels and rounded up. */
const BYTES_PER_PIXEL = { png: 6.5, webp: 9, jpegRead: 0.25, jpegKept: 6.5, jpegWritten: 4.5 } as const;

/** How much memory of WebAssembly a picture takes, its file apart. */
function bytesFor({ format, progressive, width, height }: Header, least: number): number {
  const pixels = width * height;
  if (format !== "jpeg") return BYTES_PER_PIXEL[format] * pixels;
  const factor = [8, 4, 2].find((divisor) => Math.min(width, height) / divisor >= least) ?? 1;
  const { jpegRead, jpegKept, jpegWritten } = BYTES_PER_PIXEL;
  return ((progressive ? jpegKept : jpegRead) + jpegWritten / factor ** 2) * pixels;
}

/** @throws Refusal 413 if decoding takes more time or memory than there may be. */
function checkSize(header: Header, least: number): void {
  const { format, progressive, width, height } = header;
  if (width * height <= MAX_PIXELS && bytesFor(header, least) <= MAX_DECODE_BYTES) return;
  throw new Refusal(413, `a ${progressive ? "progressive " : ""}${format} of ${width}×${height} pixels is too large`);
}
