/** The file in a multipart/form-data body, RFC 7578: a view of its bytes, never a copy. */
import { Refusal } from "./errors.ts";

const CRLF = "\r\n";

/** Bytes that the headers of a part may have. */
const MAX_HEAD_BYTES = 4096;

/**
 * The first part that is a file, or the whole body if its Content-Type is another.
 *
 * @throws Refusal 400 if there is no file, or no end of it.
 */
export function pictureIn(body: Uint8Array<ArrayBuffer>, contentType: string | null): Uint8Array<ArrayBuffer> {
  if (!/^multipart\/form-data\b/i.test(contentType ?? "")) return body;
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType!);
  if (!boundary) throw new Refusal(400, "multipart/form-data expected a boundary, got none");
  const delimiter = `--${boundary[1] ?? boundary[2]}`;
  let at = find(body, delimiter, 0);
  if (at > 0) at = find(body, CRLF + delimiter, 0) + CRLF.length; // after a preamble
  for (at += delimiter.length; startsWith(body, CRLF, at);) {
    const headEnd = find(body, CRLF + CRLF, at);
    const head = body.subarray(at, Math.min(headEnd, at + MAX_HEAD_BYTES));
    const start = headEnd + 2 * CRLF.length;
    const end = find(body, CRLF + delimiter, start);
    const file = body.subarray(start, end);
    if (/\r\ncontent-disposition:[^\r]*;\s*filename\*?=/i.test(new TextDecoder().decode(head))) {
      if (file.length === 0) throw new Refusal(400, "expected a picture in the form, got an empty file");
      return file;
    }
    at = end + CRLF.length + delimiter.length;
  }
  throw new Refusal(400, "expected a file in the form, got none");
}

/** Where text begins in bytes. @throws Refusal 400 if it is not there. */
function find(bytes: Uint8Array, text: string, from: number): number {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (startsWith(bytes, text, at)) return at;
  }
  throw new Refusal(400, "the form has no end");
}

function startsWith(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; ++i) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
