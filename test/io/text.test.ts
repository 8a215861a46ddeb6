import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** A TextDecoder as Web IDL wants it, which Node's is not. */
class Strict extends TextDecoder {
  override decode(bytes: Uint8Array): string {
    if ((bytes.buffer as ArrayBuffer).resizable) throw new TypeError("must not be resizable");
    return super.decode(bytes);
  }
}

test("text comes also from a buffer that can shrink", async () => {
  vi.stubGlobal("TextDecoder", Strict);
  const { decodeStrictly, decodeText } = await import("../../src/io/text.js");
  const bytes = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 }), 1, 3);
  bytes.set(new TextEncoder().encode("aß"));
  expect(decodeText(bytes)).toBe("aß");
  expect(decodeStrictly(bytes)).toBe("aß");
  expect(() => decodeStrictly(Uint8Array.of(0xff))).toThrow(TypeError);
});
