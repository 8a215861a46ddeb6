/** Reads the structure of a JPEG file, ITU-T T.81 annex B, before anything is decoded. */

export interface JpegStructure {
  /** Pixels, as stored. */
  readonly width: number;
  /** Pixels, as stored. */
  readonly height: number;
  /** 1 is grey, 3 is colour, 4 is CMYK. */
  readonly components: number;
  /** Scans, each of which may visit every block of the picture. */
  readonly scans: number;
  /** Whether the marker at the end of the picture is there. */
  readonly isWhole: boolean;
}

const SOS = 0xda;
const EOI = 0xd9;
/** Of the markers C0 to CF, these do not begin a frame. */
const NO_FRAMES: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);

/** Returns undefined if the file has no frame header. Takes time in proportion to the file's size. */
export function readJpeg(bytes: Uint8Array): JpegStructure | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: Pick<JpegStructure, "width" | "height" | "components"> | undefined;
  let scans = 0;
  let isWhole = false;
  for (let at = nextMarker(bytes, 2); at + 2 < bytes.length || bytes[at] === EOI; at = nextMarker(bytes, at)) {
    const marker = bytes[at]!;
    if (marker === EOI) {
      isWhole = true;
      break;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker) && at + 8 < bytes.length) {
      frame ??= { height: view.getUint16(at + 4), width: view.getUint16(at + 6), components: bytes[at + 8]! };
    }
    if (marker === SOS) ++scans;
    at += 1 + Math.max(view.getUint16(at + 1), 2);
  }
  return frame && { ...frame, scans, isWhole };
}

/**
 * Returns the offset of the next marker that has a segment, or of EOI, or the file's length. Like libjpeg, skips
 * entropy-coded data, restart markers, stray bytes, and FFs that fill up to a marker.
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
