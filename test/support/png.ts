/** Flat PNG files of any kind. */
import { crc32, deflateSync } from "node:zlib";

export interface FlatPng {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  /** 0 is grey, 2 is RGB, 3 has a palette, 4 is grey with alpha, 6 is RGBA. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** Default: false. */
  readonly interlaced?: boolean;
}

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** A PNG whose samples are all 0. */
export function flatPng({ width, height, bitDepth, colourType, interlaced = false }: FlatPng): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colourType, 0, 0, Number(interlaced)], 8);
  const rowBytes = (pixels: number) => (pixels ? 1 + Math.ceil((pixels * bitDepth * CHANNELS[colourType]) / 8) : 0);
  // Adam7: where each pass begins and how far its pixels are apart, across and down
  const passes = interlaced
    ? ([
        [0, 8, 0, 8],
        [4, 8, 0, 8],
        [0, 4, 4, 8],
        [2, 4, 0, 4],
        [0, 2, 2, 4],
        [1, 2, 0, 2],
        [0, 1, 1, 2],
      ] as const)
    : ([[0, 1, 0, 1]] as const);
  const bytes = passes.map(([x, dx, y, dy]) => rowBytes(Math.ceil((width - x) / dx)) * Math.ceil((height - y) / dy));
  const data = deflateSync(Buffer.alloc(bytes.reduce((a, b) => a + b)));
  const chunks = [
    chunk("IHDR", header),
    ...(colourType === 3 ? [chunk("PLTE", Buffer.alloc(3))] : []),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Uint8Array.from(Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]));
}

function chunk(type: string, contents: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), contents]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(contents.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
