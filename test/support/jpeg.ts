/** Flat JPEG files of any size, written marker by marker: cheap to make, and as expensive to decode as the format allows. */

export interface FlatJpeg {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 is YCbCr, 4 is CMYK. Default: 1. */
  readonly components?: 1 | 3 | 4;
  /** Default: true. */
  readonly progressive?: boolean;
  /** Default: 1. Those after the first add 16 bytes or so if the file is progressive. */
  readonly scans?: number;
}

/**
 * A JPEG whose coefficients are all 0. Scans of AC coefficients hold runs of empty blocks as long as the format allows, so a
 * decoder visits every block for a few bytes.
 */
export function flatJpeg({
  width,
  height,
  components = 1,
  progressive = true,
  scans = 1,
}: FlatJpeg): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const ids = Array.from({ length: components }, (_, i) => i + 1);
  const scanHeader = (of: readonly number[], first: number, last: number) =>
    segment(0xda, of.length, ...of.flatMap((id) => [id, 0]), first, last, 0);
  const oneCode = [1, ...Array<number>(15).fill(0)]; // one code, of one bit: 0
  const begin = [
    0xff,
    0xd8,
    ...(components === 4 ? segment(0xee, ...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0) : []),
    ...segment(0xdb, 0, ...Array<number>(64).fill(1)),
    ...segment(
      progressive ? 0xc2 : 0xc0,
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      components,
      ...ids.flatMap((id) => [id, 0x11, 0]),
    ),
    ...segment(0xc4, 0x00, ...oneCode, 0), // DC: no difference
    ...segment(0xc4, 0x10, ...oneCode, progressive ? 0xe0 : 0), // AC: a run of 2^14 to 2^15 blocks, or the end of one
  ];
  const zeros = Buffer.alloc(Math.ceil((blocks * components * (progressive ? 1 : 2)) / 8));
  const first = Buffer.concat([Buffer.from(scanHeader(ids, 0, progressive ? 0 : 63)), zeros]);
  const others = Array.from({ length: scans - 1 }, (_, i) =>
    progressive ? Buffer.from([...scanHeader([ids[i % components]!], 1, 63), ...emptyBlocks(blocks)]) : first,
  );
  return Uint8Array.from(Buffer.concat([Buffer.from(begin), first, ...others, Buffer.from([0xff, 0xd9])]));
}

/** A marker segment: FF, the marker, the length, the contents. */
function segment(marker: number, ...contents: number[]): number[] {
  const length = contents.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...contents];
}

/** Entropy-coded runs of 2^15 - 1 empty blocks; the last may be longer than the picture. */
function emptyBlocks(count: number): number[] {
  const run = `0${"1".repeat(14)}`;
  const bits = run.repeat(Math.ceil(count / 0x7fff));
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1").match(/.{8}/g)!;
  return bytes.flatMap((byte) => (byte === "11111111" ? [0xff, 0] : [Number.parseInt(byte, 2)]));
}
