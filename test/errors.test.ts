/** Errors: their names and codes in minified builds, and messages that no input can blow up. */
import { join } from "node:path";
import { describe as suite, expect, test } from "vitest";
import {
  DisposedError,
  ExecutionError,
  FormatError,
  SourceError,
  UnsupportedError,
  describe,
  quote,
} from "../src/errors.js";
import { mobileNetV1 } from "../src/models/mobilenetv1.js";
import { withSharedMemory } from "../src/runtime/kernels.js";
import { buildFile } from "./support/modules.js";

type Package = typeof import("../src/index.js");
const built = (await import(join(import.meta.dirname, "../build/index.js"))) as Package;

suite("the minified build", () => {
  test("keeps the names of the classes", () => {
    const names = [
      "DisposedError",
      "ExecutionError",
      "FormatError",
      "ModelError",
      "SourceError",
      "UnsupportedError",
    ] as const;
    for (const name of names) expect(built[name].name).toBe(name);
  });

  test("keeps names and codes of errors", async () => {
    const format = await built.loadModel(new Uint8Array(5)).catch((error: unknown) => error);
    expect(format).toMatchObject({ name: "FormatError", code: "format" });
    expect(format).toBeInstanceOf(built.ModelError);
    const source = await built.loadModel("/nowhere").catch((error: unknown) => error);
    expect(source).toMatchObject({ name: "SourceError", code: "source", cause: { code: "ENOENT" } });
    const net = await built.loadModel(mobileNetV1({ alpha: 0.25, resolution: 32, classes: 4 }));
    const thrown = (action: () => unknown) => {
      try {
        return action();
      } catch (error) {
        return error;
      }
    };
    const picture = { data: new Uint8Array(3), width: 1, height: 1 };
    expect(thrown(() => net.detect(picture))).toMatchObject({ name: "UnsupportedError", code: "unsupported" });
    net.dispose();
    expect(thrown(() => net.classify(picture))).toMatchObject({ name: "DisposedError", code: "disposed" });
  });
});

suite("messages", () => {
  const hostile = `\u001b[31m\n\u0000\u2028\ud800${"x".repeat(10_000)}`;

  test.each([FormatError, UnsupportedError, SourceError, DisposedError, ExecutionError])(
    "of %o are short and printable",
    (Class) => {
      const { message } = new Class(hostile);
      expect(message.length).toBe(500);
      expect(message).toMatch(/^[^\p{Cc}\p{Cs}\u2028]*$/u);
      expect(new Class("plain").message).toBe("plain");
    },
  );

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [NaN, "NaN"],
    [-0.5, "-0.5"],
    ["a\nb", 'string "a\ufffdb"'],
    [new Uint8Array(3), "Uint8Array of length 3"],
    [[1, 2], "array of length 2"],
    [{}, "Object"],
    [Object.create(null), "object"],
    [() => 1, "a function"],
  ])("describe %o", (value, text) => expect(describe(value)).toBe(text));

  test("quote and describe shorten", () => {
    expect(quote(hostile).length).toBeLessThan(90);
    expect(describe(hostile).length).toBeLessThan(100);
    expect(describe(Symbol(hostile)).length).toBeLessThan(100);
  });
});

test("a binary whose memory is not imported as expected is refused, not changed", () => {
  const bytes = buildFile("kernels.simd.wasm");
  expect(WebAssembly.validate(withSharedMemory(bytes))).toBe(true);
  expect(() => withSharedMemory(bytes.slice(0, 20))).toThrow(FormatError);
});
