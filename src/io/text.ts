/** Text from bytes. */

const UTF8 = /* @__PURE__ */ new TextDecoder();

/** UTF-8 text from bytes of any buffer. */
export function decodeText(bytes: Uint8Array): string {
  return UTF8.decode(fixed(bytes));
}

/** The same. Throws TypeError if it is not UTF-8. */
export function decodeStrictly(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(fixed(bytes));
}

/** The bytes, or a copy if their buffer can shrink, as those of source.ts can: browsers take no text from such. */
export function fixed(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer && bytes.buffer.resizable ? bytes.slice() : bytes;
}
