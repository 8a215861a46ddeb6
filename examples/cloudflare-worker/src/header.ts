/**
 * Reads the facts about a picture that its file states before anything is decoded. The file may have been made to mislead, so
 * a frame is looked for exactly where the decoders look for it, and reading takes time in proportion to the bytes.
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
  /** Scans of a JPEG, each of which may visit every block; 1 for other formats. */
  readonly scans: number;
  /** Components of a JPEG, channels of a PNG; 4 for a WebP. */
  readonly components: number;
  /** Bits that the file stores for a pixel before compression: 12 for a JPEG with 4:2:0, 64 for a PNG of 16-bit RGBA. */
  readonly bitsPerPixel: number;
  /** Where the end marker of a JPEG begins; the length of the file if it has none, and for other formats. */
  readonly end: number;
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
    header = READERS[format](bytes);
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

/** A RangeError from these says that the file is too short. */
const READERS: Readonly<Record<Format, (bytes: Uint8Array) => Header>> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
};

const UPRIGHT = { orientation: 1, progressive: false, scans: 1 } as const;

/** Channels by the colour type in IHDR. */
const PNG_CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** PNG specification, section 11.2.1: IHDR is the first chunk. */
function readPng(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  if (textAt(view, 12) !== "IHDR") throw damaged("the file does not begin with IHDR");
  const components = PNG_CHANNELS.get(view.getUint8(25));
  if (!components) throw damaged("the file claims a colour type that does not exist");
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return {
    format: "png",
    width,
    height,
    components,
    bitsPerPixel: components * view.getUint8(24),
    end: bytes.length,
    ...UPRIGHT,
  };
}

const WEBP = { format: "webp", components: 4, bitsPerPixel: 32, ...UPRIGHT } as const;

/** RFC 9649: a lossy frame, a lossless one, or the canvas of an extended file, which a still frame has to fill. */
function readWebp(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  const end = bytes.length;
  const chunk = textAt(view, 12);
  if (chunk === "VP8 ") {
    return { ...WEBP, end, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (chunk === "VP8L") {
    const sizes = view.getUint32(21, true);
    return { ...WEBP, end, width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1 };
  }
  if (chunk === "VP8X") {
    const [width, height] = [view.getUint32(24, true) & 0xffffff, view.getUint32(26, true) >>> 8];
    return { ...WEBP, end, width: width + 1, height: height + 1 };
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

/** ITU-T T.81, annex B: marker segments up to the frame header, then scans. */
function readJpeg(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  let orientation = 1;
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, segmentEnd(view, at))) {
    const marker = bytes[at]!;
    if (marker === SOS || marker === EOI) throw damaged("the file has no frame before its data");
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker)) {
      if (!FRAMES.has(marker)) throw damaged("the file has a frame of an unusual kind");
      const [height, width] = [view.getUint16(at + 4), view.getUint16(at + 6)];
      const { scans, end } = readScans(bytes, at);
      const { components, bitsPerPixel } = readComponents(view, at + 8);
      const progressive = marker === PROGRESSIVE;
      return { format: "jpeg", width, height, orientation, progressive, scans, components, bitsPerPixel, end };
    }
    if (marker === APP1) orientation = readOrientation(view, at + 3, segmentEnd(view, at)) ?? orientation;
  }
  throw damaged("the file ends in its header");
}

/** The components of a frame and how many samples of each a block of pixels has. */
function readComponents(view: DataView, at: number): Pick<Header, "components" | "bitsPerPixel"> {
  const components = view.getUint8(at);
  let [samples, across, down] = [0, 1, 1];
  for (let i = 0; i < components; ++i) {
    const factors = view.getUint8(at + 2 + 3 * i);
    const [x, y] = [factors >> 4, factors & 15];
    samples += x * y;
    across = Math.max(across, x);
    down = Math.max(down, y);
  }
  return { components, bitsPerPixel: (8 * samples) / (across * down) };
}

/** The number of scans, at least 1, from a marker to the end of the picture, or of the file. */
function readScans(bytes: Uint8Array, first: number): Pick<Header, "scans" | "end"> {
  const view = viewOf(bytes);
  let [scans, at] = [0, first];
  for (; at + 2 < bytes.length && bytes[at] !== EOI; at = nextMarker(bytes, segmentEnd(view, at))) {
    if (bytes[at] === SOS) ++scans;
  }
  let end = bytes[at] === EOI ? at - 1 : bytes.length;
  while (end < bytes.length && bytes[end - 1] === 0xff) --end;
  return { scans: Math.max(scans, 1), end };
}

/** Where the segment of a marker ends. */
function segmentEnd(view: DataView, marker: number): number {
  return marker + 1 + Math.max(view.getUint16(marker + 1), 2);
}

/**
 * The next marker with a segment, or EOI; the length of the file if there is none. Skips entropy-coded data and restart
 * markers as well as stray bytes, and FFs that fill up to a marker, as libjpeg and the decoders after it do.
 */
function nextMarker(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at)) {
    while (bytes[at] === 0xff) ++at;
    if (at === bytes.length) break;
    const marker = bytes[at]!;
    const standsAlone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (!standsAlone) return at;
  }
  return bytes.length;
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}
