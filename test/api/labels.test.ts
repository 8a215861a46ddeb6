import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { checkLabels, embeddedLabels, parseLabels } from "../../src/api/labels.js";

/** A model file with an archive behind it. */
function withArchive(files: Record<string, string>, level: 0 | 6): Uint8Array {
  const model = new Uint8Array(100).fill(7);
  const entries = Object.entries(files).map(([name, text]) => [name, [strToU8(text), { level }]] as const);
  const archive = zipSync(Object.fromEntries(entries) as never);
  // Offsets count from the beginning of the file, as TensorFlow Lite's tools write them.
  const view = new DataView(archive.buffer);
  const end = archive.length - 22;
  const directory = view.getUint32(end + 16, true);
  for (let at = directory, left = view.getUint16(end + 10, true); left > 0; --left) {
    view.setUint32(at + 42, view.getUint32(at + 42, true) + model.length, true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  view.setUint32(end + 16, directory + model.length, true);
  return Uint8Array.from([...model, ...archive]);
}

test("a text has a label a line", () => {
  expect(parseLabels("a\nb\r\nc\n")).toEqual(["a", "b", "c"]);
  expect(parseLabels("a\n\nc")).toEqual(["a", "", "c"]);
});

test("labels are strings", () => {
  expect(checkLabels(["a"])).toEqual(["a"]);
  expect(() => checkLabels(["a", null as never])).toThrow('"labels" must be strings, got null at 1');
});

describe.each([
  ["stored", 0],
  ["deflated", 6],
] as const)("an archive, %s", (_, level) => {
  test("has the labels in the text file with as many lines as classes", async () => {
    const file = withArchive(
      { "readme.txt": "one\ntwo\n", "labels.txt": "cat\ndog\nürgh\n", "x.bin": "1\n2\n3\n" },
      level,
    );
    expect(await embeddedLabels(file, [3, 4])).toEqual(["cat", "dog", "ürgh"]);
    expect(await embeddedLabels(file, [4])).toBeUndefined();
  });

  test("that is damaged has no labels", async () => {
    const file = withArchive({ "labels.txt": "cat\ndog\n" }, level);
    for (let at = 100; at < file.length; ++at) {
      const damaged = file.slice();
      damaged[at]! ^= 0xff;
      const labels = await embeddedLabels(damaged, [2]);
      expect(labels === undefined || labels.length === 2).toBe(true);
    }
  });
});

test.each([0, 21, 22, 5000])("a file of %d bytes without an archive has no labels", async (length) => {
  expect(await embeddedLabels(new Uint8Array(length), [2])).toBeUndefined();
});
