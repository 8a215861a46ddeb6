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
   * @throws Refusal 415 for other files, 413 for a file that takes too much time or memory to decode, 422 for a damaged one.
   */
  async show<T>(file: Uint8Array, least: number, use: (image: Picture, header: Header) => T): Promise<T> {
    const header = readHeader(file);
    if (!header) throw new Refusal(415, "expected a JPEG, PNG or WebP file");
    checkCost(header, least);
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

/** Reading a pixel takes time, whether it is kept or not. */
const MAX_PIXELS = 50_000_000;

/**
 * Scans of a JPEG times its pixels. A scan may visit every block although it has but a few bytes, at up to 3 ns a pixel.
 * Encoders write some ten scans, of which a picture of 8 million pixels may have this number.
 */
const MAX_SCANNED_PIXELS = 80_000_000;

/** Bytes of memory that decoding a picture may take, of the 128 MB that an isolate has. */
const MAX_DECODE_BYTES = 40 * 2 ** 20;

/** Emscripten grows memory by up to a fifth more than it needs. */
const GROWTH = 1.15;

/** Measured with pictures of 4 million pixels: all memory of the instance. */
const WEBP_BYTES_PER_PIXEL = 10.3;

/** The memory that a picture takes, its file apart. */
function bytesFor(header: Header, least: number): number {
  const { format, width, height, components, bitsPerPixel } = header;
  const pixels = width * height;
  if (format === "webp") return WEBP_BYTES_PER_PIXEL * pixels;
  if (format === "png") return GROWTH * (4 + bitsPerPixel / 8) * pixels; // RGBA, made from all samples of the file
  // 16 bits for each coefficient if they are kept, else some rows
  const coefficients = (header.progressive ? 2.1 : 0.1) * (bitsPerPixel / 8);
  const factor = [8, 4, 2].find((divisor) => Math.min(width, height) / divisor >= least) ?? 1;
  const planes = bitsPerPixel / 8 + components;
  const copies = (components === 1 ? 3 : 0) + (header.orientation === 1 ? 0 : 3); // RGB made from grey; turned
  return (coefficients + (planes + copies) / factor ** 2) * pixels;
}

/** @throws Refusal 413 if decoding takes more time or memory than there may be. */
function checkCost(header: Header, least: number): void {
  const { format, progressive, width, height, scans } = header;
  const pixels = width * height;
  const isCheap = pixels <= MAX_PIXELS && pixels * scans <= MAX_SCANNED_PIXELS;
  if (isCheap && bytesFor(header, least) <= MAX_DECODE_BYTES) return;
  const kind = `${progressive ? "progressive " : ""}${format}`;
  throw new Refusal(413, `a ${kind} of ${width}×${height} pixels${scans > 1 ? ` in ${scans} scans` : ""} is too large`);
}
