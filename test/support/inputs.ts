/** The 131 inputs of the goldens, made as ../shared/golden/README.md says. */
import { createHash } from "node:crypto";
import { extname } from "node:path";
import jpeg from "jpeg-js";
import { viewOf, type Picture } from "../../src/image/picture.js";
import { resize } from "../../src/image/resize.js";
import { sharedBytes, sharedJson } from "./shared.js";

export interface GoldenInput {
  readonly index: number;
  readonly group: string;
  readonly name: string;
  /** Path below the shared folder; synthetic inputs have none. */
  readonly file?: string;
  readonly sha256: Readonly<Record<string, string>>;
}

export function goldenInputs(): readonly GoldenInput[] {
  return sharedJson<{ inputs: GoldenInput[] }>("golden", "inputs.json").inputs;
}

const WHITE = [255, 255, 255] as const;
const decoded = new Map<string, Picture>();

/** The RGB bytes of an input at a size; `crop` keeps the central 87.5 % first. */
export function rgbOf({ name, file }: GoldenInput, size: number, crop = 1): Uint8Array {
  if (!file) return synthetic(name, size);
  const image = decoded.get(file) ?? decodeFile(file);
  decoded.set(file, image);
  const rgb = new Uint8Array(size * size * 3);
  resize(
    image,
    viewOf(image, crop, size, size),
    { data: rgb, width: size, height: size },
    { antialias: false, background: WHITE },
  );
  return rgb;
}

/** Decodes a JPEG or a 24-bit BMP. */
export function decodeFile(path: string): Picture {
  const bytes = sharedBytes(path);
  return extname(path) === ".bmp" ? decodeBmp(bytes) : decodeJpeg(bytes);
}

/** With jpeg-js, as the goldens were made. */
export function decodeJpeg(bytes: Uint8Array): Picture {
  return jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: true,
    maxResolutionInMP: 400,
    maxMemoryUsageInMB: 4096,
  });
}

/** Rows from the bottom up, each padded to four bytes, BGR. */
function decodeBmp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer);
  const start = view.getUint32(10, true);
  const width = view.getInt32(18, true);
  const height = view.getInt32(22, true);
  const pitch = Math.ceil((width * 3) / 4) * 4;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; ++y) {
    const row = start + (height - 1 - y) * pitch;
    for (let i = 0; i < width * 3; ++i) data[y * width * 3 + i] = bytes[row + i - (i % 3) + 2 - (i % 3)]!;
  }
  return { data, width, height };
}

/** A picture made by rule. */
export function synthetic(name: string, size: number): Uint8Array {
  const rgb = new Uint8Array(size * size * 3);
  if (name === "full255") return rgb.fill(255);
  if (name === "ramp") return rgb.map((_, i) => i % 256);
  if (name === "gradient") {
    return rgb.map((_, i) => {
      const red = Math.floor((255 * (Math.floor(i / 3) % size)) / (size - 1));
      if (i % 3 === 1) return Math.floor((255 * Math.floor(i / 3 / size)) / (size - 1));
      return i % 3 === 0 ? red : 255 - red;
    });
  }
  if (name.startsWith("lcg-seed")) {
    let state = Number(name.slice("lcg-seed".length));
    return rgb.map(() => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
  }
  return rgb;
}

export function sha256(data: Uint8Array | Int8Array | Float32Array): string {
  return createHash("sha256")
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest("hex");
}
