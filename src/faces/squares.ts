/** How each face network wants its picture. */
import type { Square } from "../image/square.js";

export const SSD_SQUARE: Square = {
  size: 512,
  centred: false,
  mean: [0, 0, 0],
  std: 127.5,
  shift: 1,
};

export const TINY_SQUARE: Square = {
  size: 416,
  centred: false,
  mean: [117.001, 114.697, 97.404],
  std: 255,
  shift: 0,
};

/** Of the networks that are shown a single face. */
export const FACE_SQUARE: Square = {
  size: 112,
  centred: true,
  mean: [122.782, 117.001, 104.298],
  std: 255,
  shift: 0,
};
