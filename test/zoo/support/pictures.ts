/** Three pictures as inputs of any network. */
import type { TensorInfo } from "../../../src/api/tensors.js";
import { squeezed } from "../../../src/image/picture.js";
import { resize } from "../../../src/image/resize.js";
import type { TensorView } from "../../../src/ir/tensor.js";
import { decodeFile } from "../../support/inputs.js";

export const PICTURES = ["grace_hopper.bmp", "parrot.jpg", "squat.bmp"] as const;

/** The elements of an input [1,H,W,C]: bytes, or for float32 -1…1. A single channel is the green one. */
export function pictureFor({ shape, dtype }: TensorInfo, name: (typeof PICTURES)[number]): TensorView {
  const [, height, width, channels] = shape as readonly [number, number, number, number];
  const picture = decodeFile(`images/${name}`);
  const data = new Uint8Array(height * width * 3);
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  resize(
    picture,
    squeezed(whole, width, height),
    { data, width, height },
    { antialias: true, background: [255, 255, 255] },
  );
  const bytes = channels === 3 ? data : data.filter((_, i) => i % 3 === 1);
  if (dtype === "float32") return Float32Array.from(bytes, (byte) => byte / 127.5 - 1);
  if (dtype === "int32") return Int32Array.from(bytes);
  return dtype === "int8" ? Int8Array.from(bytes, (byte) => byte - 128) : bytes;
}
