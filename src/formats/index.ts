/** Model files: which format the bytes have, and the reader for it. */
import type { Graph } from "../ir/graph.js";
import type { Contents } from "../io/source.js";

/**
 * Reads a model file of any format that is supported: `.tflite`, TensorFlow.js (`model.json`), safetensors. The bytes
 * decide which it is, not the name.
 *
 * @throws FormatError if it is damaged, UnsupportedError for something in it that this package does not do, TypeError
 * if the weights are in files of their own and there is no way to them.
 */
export async function readModel(file: Contents): Promise<Graph> {
  const { bytes } = file;
  // Each reader is loaded when a file is for it: networks that are written as code need none.
  if (isTflite(bytes)) return (await import("./tflite/read.js")).readTflite(bytes);
  if (isSafetensors(bytes)) return (await import("./safetensors/read.js")).readSafetensors(bytes);
  if (isJson(bytes)) return (await import("./tfjs/read.js")).readTfjs(file);
  throw (await import("./unknown.js")).unknownFormat(bytes);
}

/** The identifier of its FlatBuffer, behind the offset of the root. */
function isTflite(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3";
}

/** A header of JSON behind its length in eight bytes, which is below 2^40. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === OPENING_BRACE && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;
}

/** An object, after white space. */
export function isJson(bytes: Uint8Array): boolean {
  return bytes.find((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) === OPENING_BRACE;
}

const OPENING_BRACE = 0x7b;
