/** Pixels as channels. */
import { expectRank, mismatch } from "./operands.js";
import type { OpModule } from "./module.js";

/** Input: x [N,H·size,W·size,C]; output [N,H,W,size²·C], each square row by row. */
export interface SpaceToDepth {
  readonly type: "spacetodepth";
  readonly blockSize: number;
}

export const spacetodepth: OpModule<SpaceToDepth> = {
  shapes({ blockSize }, [x]) {
    const [images, height, width, channels] = expectRank("input", x!.shape, 4);
    if (!(blockSize >= 1) || height % blockSize || width % blockSize) {
      mismatch("height and width", `multiples of ${blockSize}`, `${height}×${width}`);
    }
    return [[images, height / blockSize, width / blockSize, channels * blockSize * blockSize]];
  },
};
