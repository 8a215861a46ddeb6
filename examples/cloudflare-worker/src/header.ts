/**
 * What a picture's file says of itself before anything is decoded. Everything here reads what may have been made to
 * mislead it, so it finds a frame exactly where the decoders find it, and takes time in proportion to the bytes.
 */
import { Refusal } from "./errors.ts";

export type Format = "jpeg" | "png" | "webp";

export interface Header {
  readonly format: Format;
  /** Pixels, as they are stored. */
  readonly width: number;
  /** Pixels, as they are stored. */
  readonly height: number;
  /** How to turn the stored pixels, as EXIF numbers it: 1 is upright. Only JPEGs have another. */
  readonly orientation: number;
  /** A JPEG that comes in several passes, so that a decoder has to keep its coefficients. */
  readonly progressive: boolean;
}

/**
 * The header of a JPEG, PNG or WebP file; undefined for any other file.
 *
 * @throws Refusal 422 if there is no size where it should be, or a side is 0.
 */
export function readHeader(bytes: Uint8Array): Header | undefined {
  const format = formatOf(bytes);
  if (!format) return undefined;
  let header: Header;
  try {
    header = READERS[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) throw damaged("the file ends in its header");
    throw error;
  }
  const { width, height } = header;
  if (width < 1 || height < 1) throw damaged(`the file claims ${width}×${height} pixels`);
  return header;
}

function formatOf(bytes: Uint8Array): Format | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (start.startsWith("RIFF") && start.startsWith("WEBPVP8", 8)) return "webp";
  return undefined;
}

function damaged(how: string): Refusal {
  return new Refusal(422, `damaged picture: ${how}`);
}

/** Reads at an offset; a RangeError says that the file is too short. */
const READERS: Readonly<Record<Format, (view: DataView) => Header>> = { jpeg: readJpeg, png: readPng, webp: readWebp };

const UPRIGHT = { orientation: 1, progressive: false } as const;

/** PNG specification, section 11.2.1: IHDR is the first chunk. */
function readPng(view: DataView): Header {
  if (textAt(view, 12) !== "IHDR") throw damaged("the file does not begin with IHDR");
  return { format: "png", width: view.getUint32(16), height: view.getUint32(20), ...UPRIGHT };
}

/** RFC 9649: a lossy frame, a lossless one, or the canvas of an extended file, which a still frame has to fill. */
function readWebp(view: DataView): Header {
  const chunk = textAt(view, 12);
  if (chunk === "VP8 ") {
    const sizes = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff] as const;
    return { format: "webp", width: sizes[0], height: sizes[1], ...UPRIGHT };
  }
  if (chunk === "VP8L") {
    const sizes = view.getUint32(21, true);
    return { format: "webp", width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1, ...UPRIGHT };
  }
  if (chunk === "VP8X") {
    const [width, height] = [view.getUint32(24, true) & 0xffffff, view.getUint32(26, true) >>> 8];
    return { format: "webp", width: width + 1, height: height + 1, ...UPRIGHT };
  }
  throw damaged("the file has no frame");
}

const SOS = 0xda;
const EOI = 0xd9;
const APP1 = 0xe1;
/** Markers C0 to CF but these begin a frame. */
const NO_FRAMES: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);
/** Frames that the decoder knows: baseline, extended, progressive; all Huffman coded. */
const FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
const PROGRESSIVE = 0xc2;

/**
 * ITU-T T.81, annex B: marker segments up to the frame header. Between segments any bytes are skipped and a marker may be
 * filled up with FF, as libjpeg and those after it do.
 */
function readJpeg(view: DataView): Header {
  let orientation = 1;
  for (let at = 2; ;) {
    while (view.getUint8(at) !== 0xff) ++at;
    while (view.getUint8(at) === 0xff) ++at;
    const marker = view.getUint8(at++);
    if (marker === SOS || marker === EOI) throw damaged("the file has no frame before its data");
    const standsAlone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (standsAlone) continue;
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker)) {
      if (!FRAMES.has(marker)) throw damaged("the file has a frame of an unusual kind");
      const [height, width] = [view.getUint16(at + 3), view.getUint16(at + 5)];
      return { format: "jpeg", width, height, orientation, progressive: marker === PROGRESSIVE };
    }
    const length = view.getUint16(at);
    if (marker === APP1) orientation = readOrientation(view, at + 2, at + length) ?? orientation;
    at += Math.max(length, 2);
  }
}

const ORIENTATION = 0x112;
const SHORT = 3;

/** The orientation in an Exif segment: JEITA CP-3451, a TIFF file with entries of 12 bytes. */
function readOrientation(view: DataView, start: number, end: number): number | undefined {
  if (end - start < 14 || textAt(view, start) !== "Exif") return undefined;
  const tiff = start + 6;
  const little = view.getUint16(tiff) === 0x4949;
  const entries = tiff + view.getUint32(tiff + 4, little);
  if (entries + 2 > end) return undefined;
  const count = view.getUint16(entries, little);
  for (let entry = entries + 2; entry + 12 <= Math.min(end, entries + 2 + 12 * count); entry += 12) {
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 8, little);
    return view.getUint16(entry + 2, little) === SHORT && value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

function textAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}
