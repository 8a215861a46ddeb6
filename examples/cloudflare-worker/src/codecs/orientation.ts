/** Pictures as the camera was held. */
import type { Picture } from "mobilenet-simd";
import type { Header } from "../header.ts";

/** Whether an orientation swaps width and height. */
function swaps(orientation: number): boolean {
  return orientation >= 5;
}

/** Width and height of a picture when it is upright. */
export function uprightSize({ width, height, orientation }: Header): { width: number; height: number } {
  return swaps(orientation) ? { width: height, height: width } : { width, height };
}

/** An RGB picture turned and mirrored as EXIF's orientation says: 5 to 8 swap the axes, most mirror one or both. */
export function upright(image: Picture, orientation: number): Picture {
  if (orientation === 1) return image;
  const { data, width, height } = image;
  const swap = swaps(orientation);
  const mirrorX = [2, 3, 7, 8].includes(orientation);
  const mirrorY = [3, 4, 6, 7].includes(orientation);
  const turned = { data: new Uint8Array(data.length), width: swap ? height : width, height: swap ? width : height };
  for (let y = 0, to = 0; y < turned.height; ++y) {
    for (let x = 0; x < turned.width; ++x) {
      const [u, v] = swap ? [y, x] : [x, y];
      let from = ((mirrorY ? height - 1 - v : v) * width + (mirrorX ? width - 1 - u : u)) * 3;
      for (let channel = 0; channel < 3; ++channel) turned.data[to++] = data[from++]!;
    }
  }
  return turned;
}
