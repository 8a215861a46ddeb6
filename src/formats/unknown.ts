/** The error for a file of no format that is supported. */
import { FormatError } from "../errors.js";
import { decodeText } from "../io/text.js";

/** Says what was expected and what the file begins with. */
export function unknownFormat(bytes: Uint8Array): FormatError {
  const expected = 'a TensorFlow Lite file ("TFL3" at byte 4), a TensorFlow.js model.json, ONNX or safetensors';
  if (isHtml(bytes)) {
    return new FormatError(
      `expected ${expected}, got an HTML page: check the address, the server answered with a page`,
    );
  }
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new FormatError(`expected ${expected}, got ${bytes.length} bytes that begin with ${start || "nothing"}`);
}

/** A page, with or without its DOCTYPE; servers answer with one where a file is missing. */
function isHtml(bytes: Uint8Array): boolean {
  return /^\s*<(!doctype\s+html|html|head|body)\b/i.test(decodeText(bytes.subarray(0, 1000)));
}
