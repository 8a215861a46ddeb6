/** Pictures as files, made where they are needed. */
import encodeJpeg, { init as initJpeg } from "@jsquash/jpeg/encode.js";
import encodePng, { init as initPng } from "@jsquash/png/encode.js";
import encodeWebp, { init as initWebp } from "@jsquash/webp/encode.js";
import jpeg from "jpeg-js";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { emscripten } from "../../src/cli/decode.js";
import { seededRandom } from "../../src/models/random.js";

export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Soft random blobs, as different as photographs are, in RGBA. */
export function seededPixels(width: number, height: number, seed: number): Pixels {
  const random = seededRandom(seed);
  const waves = Array.from({ length: 12 }, () => Array.from({ length: 4 }, () => random() * 6 - 3));
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0, at = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x, ++at) {
      for (let channel = 0; channel < 3; ++channel) {
        let value = 128;
        for (let wave = channel * 4; wave < channel * 4 + 4; ++wave) {
          const [a, b, c] = waves[wave]!;
          value += 40 * Math.sin((a! * 4 * x) / width + (b! * 4 * y) / height + c!);
        }
        data[at++] = value;
      }
    }
  }
  return { data, width, height };
}

export function toJpeg({ data, width, height }: Pixels, quality = 90): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(jpeg.encode({ data: new Uint8Array(data), width, height }, quality).data);
}

/** A JPEG whose coefficients come in several scans. */
export async function toProgressiveJpeg(pixels: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  await initJpeg(emscripten(await moduleOf("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm")));
  return new Uint8Array(await encodeJpeg({ ...pixels, colorSpace: "srgb" } as ImageData, { progressive: true }));
}

/** A JPEG with an EXIF block that says how to turn it. */
export function oriented(file: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  // prettier-ignore
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...file.subarray(2)]);
}

export async function toPng(pixels: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  await initPng(await moduleOf("@jsquash/png/codec/pkg/squoosh_png_bg.wasm"));
  return new Uint8Array(await encodePng({ ...pixels, colorSpace: "srgb" } as ImageData));
}

export async function toWebp(
  pixels: Pixels,
  options: { quality?: number; lossless?: number } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  await initWebp(await moduleOf("@jsquash/webp/codec/enc/webp_enc_simd.wasm"));
  return new Uint8Array(await encodeWebp({ ...pixels, colorSpace: "srgb" } as ImageData, options));
}

async function moduleOf(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(readFileSync(fileURLToPath(import.meta.resolve(path))));
}
