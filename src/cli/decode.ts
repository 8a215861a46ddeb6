/** Pictures from files: codecs in WebAssembly, the same that run on Workers. */
import { readFile } from "node:fs/promises";
import { imageSize } from "image-size";
import type { Picture } from "../image/picture.js";
import { readJpeg } from "./jpeg.js";

/** Pictures that claim more pixels are not decoded: four bytes each, that would be over 400 MB. */
export const MAX_PIXELS = 100_000_000;

/**
 * Scans of a JPEG times its pixels. A scan may visit every block although it has but a few bytes, at up to 4 ns a pixel.
 * Encoders write some ten scans.
 */
export const MAX_SCANNED_PIXELS = 1_000_000_000;

interface Codec {
  /** Makes a fresh decoder; one that failed is not used again. */
  create(module: WebAssembly.Module): Promise<(bytes: Uint8Array) => Promise<Picture>>;
  /** Where its WebAssembly is. */
  readonly wasm: string;
}

/** By the names that image-size gives the formats. */
const CODECS: Readonly<Record<string, Codec>> = {
  jpg: {
    wasm: "@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm",
    async create(module) {
      const { init, default: decode } = await import("@jsquash/jpeg/decode.js");
      let isCut = false;
      // libjpeg makes up the rest of a file that ends too early, and says so once
      await init(emscripten(module, (warning) => (isCut ||= /premature end/i.test(warning))));
      return async (bytes) => {
        isCut = false;
        // rotated and mirrored as the EXIF orientation says
        const image = await decode(exact(bytes), { preserveOrientation: true });
        if (isCut) throw new Error("the file ends too early");
        return image;
      };
    },
  },
  png: {
    wasm: "@jsquash/png/codec/pkg/squoosh_png_bg.wasm",
    async create(module) {
      const { init, default: decode } = await import("@jsquash/png/decode.js");
      globalThis.ImageData ??= NodeImageData as unknown as typeof ImageData;
      await init(module);
      return (bytes) => decode(exact(bytes));
    },
  },
  webp: {
    wasm: "@jsquash/webp/codec/dec/webp_dec.wasm",
    async create(module) {
      const { init, default: decode } = await import("@jsquash/webp/decode.js");
      await init(emscripten(module));
      return (bytes) => decode(exact(bytes));
    },
  },
};

/** Options for the codecs that come from Emscripten: the module, and a function that gets warnings instead of the terminal. */
export function emscripten(module: WebAssembly.Module, warn: (warning: string) => void = () => undefined) {
  return {
    print: () => undefined,
    printErr: warn,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
  };
}

const modules = new Map<Codec, WebAssembly.Module>();
const decoders = new Map<Codec, (bytes: Uint8Array) => Promise<Picture>>();

/**
 * Decodes a JPEG, PNG or WebP file; JPEGs are turned upright.
 *
 * @throws Error if it is none of these, claims more than MAX_PIXELS, has too many scans, is a CMYK JPEG, or is damaged.
 */
export async function decodeImage(bytes: Uint8Array): Promise<Picture> {
  const codec = CODECS[checkHeader(bytes)]!;
  try {
    const decode = decoders.get(codec) ?? (await codec.create(await compiled(codec)));
    decoders.set(codec, decode);
    return await decode(bytes);
  } catch {
    decoders.delete(codec);
    throw new Error("damaged image");
  }
}

/** The format of a file whose header is as it should be. */
function checkHeader(bytes: Uint8Array): string {
  let header;
  try {
    header = imageSize(bytes);
  } catch {
    header = undefined;
  }
  if (!header?.type || !Object.hasOwn(CODECS, header.type)) {
    throw new Error(`expected a JPEG, PNG or WebP file${header?.type ? `, got ${header.type}` : ""}`);
  }
  const { type, width, height } = header;
  if (!(width >= 1 && height >= 1)) throw new Error(`damaged image: ${width}×${height} pixels`);
  if (width * height > MAX_PIXELS) throw tooLarge(width, height);
  if (type === "jpg") checkJpeg(bytes);
  return type;
}

/** Finds the frame where the decoder does, which image-size may not. */
function checkJpeg(bytes: Uint8Array): void {
  const structure = readJpeg(bytes);
  if (!structure) throw new Error("damaged image");
  const { width, height, components, scans, isWhole } = structure;
  if (width * height > MAX_PIXELS) throw tooLarge(width, height);
  if (width * height * scans > MAX_SCANNED_PIXELS) {
    throw new Error(`JPEG of ${width}×${height} pixels in ${scans} scans, which would take too long to decode`);
  }
  if (components === 4) throw new Error("CMYK JPEG; grey, YCbCr and RGB ones are decoded");
  if (!isWhole) throw new Error("damaged image: the file ends too early");
}

function tooLarge(width: number, height: number): Error {
  return new Error(`image of ${width}×${height} pixels; at most ${MAX_PIXELS / 1e6} million are decoded`);
}

async function compiled(codec: Codec): Promise<WebAssembly.Module> {
  const known = modules.get(codec);
  if (known) return known;
  const module = await WebAssembly.compile(await readFile(new URL(import.meta.resolve(codec.wasm))));
  modules.set(codec, module);
  return module;
}

/** The bytes as a buffer of their own, which is what the codecs take. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer;
}

/** What the PNG codec makes; Node has none. */
class NodeImageData implements Picture {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}
