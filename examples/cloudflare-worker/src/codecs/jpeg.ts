/**
 * JPEG by jpeg-decoder, a library in Rust, as the package imagescript has it. Of the decoders on npm that run on Workers
 * it is the one that can compute only 1/8, 1/4 or 1/2 of the pixels on each side: a photograph of 12 million becomes one of
 * 0.2 million without ever being there whole.
 */
import type { Picture } from "mobilenet-simd";
import type { Codec } from "./codec.ts";
import { upright } from "./orientation.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  walloc(length: number): number;
  /**
   * Takes the bytes over. The picture gets the smallest of its sizes of which one side is as large as asked, or its own.
   * Below 2 for a failure.
   */
  decode(file: number, length: number, leastWidth: number, leastHeight: number): number;
  decode_width(picture: number): number;
  decode_height(picture: number): number;
  /** Grey, RGB or CMYK. */
  decode_format(picture: number): 0 | 1 | 2;
  /** The pixels; wlen() then says how many bytes. */
  decode_buffer(picture: number): number;
  decode_free(picture: number): void;
  wlen(): number;
}

/**
 * Put before the end marker: 256 one bits, in bytes with their stuffing. No Huffman code of a JPEG has only ones (ITU-T T.81,
 * annex C), so a decoder that needs bits beyond a scan's fails, where it would take zeros and make up the rest of a
 * truncated picture. A whole scan ends before them.
 */
const GUARD = Uint8Array.from({ length: 64 }, (_, i) => (i % 2 ? 0 : 0xff));

/** No side is as large. */
const NEVER = 0xffff;

export function createJpeg(module: WebAssembly.Module): Codec {
  const wasm = new WebAssembly.Instance(module).exports as unknown as Exports;
  const { memory } = wasm;
  return {
    memory,
    show(file, { width: fullWidth, height: fullHeight, orientation, end }, least, use) {
      const length = file.length + GUARD.length;
      const address = wasm.walloc(length);
      const guarded = new Uint8Array(memory.buffer, address, length);
      guarded.set(file.subarray(0, end));
      guarded.set(GUARD, end);
      guarded.set(file.subarray(end), end + GUARD.length);
      const isPortrait = fullWidth <= fullHeight;
      const picture = wasm.decode(address, length, isPortrait ? least : NEVER, isPortrait ? NEVER : least);
      if (picture < 2) throw new Error("damaged JPEG");
      const [width, height] = [wasm.decode_width(picture), wasm.decode_height(picture)];
      const pixels = wasm.decode_buffer(picture);
      const stored = new Uint8Array(memory.buffer, pixels, wasm.wlen());
      const data = TO_RGB[wasm.decode_format(picture)](stored);
      const result = use(upright({ data, width, height }, orientation));
      wasm.decode_free(picture);
      return result;
    },
  };
}

/** By the value of decode_format(). */
const TO_RGB: readonly [
  (grey: Uint8Array) => Picture["data"],
  (rgb: Uint8Array) => Picture["data"],
  (cmyk: Uint8Array) => Picture["data"],
] = [greyToRgb, (rgb) => rgb, cmykToRgb];

function greyToRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let from = 0, to = 0; from < grey.length; ++from) {
    rgb[to++] = grey[from]!;
    rgb[to++] = grey[from]!;
    rgb[to++] = grey[from]!;
  }
  return rgb;
}

/** In place: the codec's pixels serve nobody else. Ink is inverted, as Adobe stores it: 255 is none. */
function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  let to = 0;
  for (let from = 0; from < cmyk.length; from += 4) {
    const white = cmyk[from + 3]!;
    for (let ink = 0; ink < 3; ++ink) cmyk[to++] = Math.round((cmyk[from + ink]! * white) / 255);
  }
  return cmyk.subarray(0, to);
}
