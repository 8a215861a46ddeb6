import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { checkLabels } from "../../src/api/labels.js";
import { parseLabels } from "../../src/formats/labels.js";
import { embeddedLabels } from "../../src/formats/tflite/labels.js";

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
  expect(parseLabels("0 Class 1\n1 Class 2\n")).toEqual(["Class 1", "Class 2"]);
  expect(parseLabels("0  background\n1  tench")).toEqual(["background", "tench"]);
  expect(parseLabels("0 a\n2 b")).toEqual(["0 a", "2 b"]);
  expect(parseLabels("a\n\nc")).toEqual(["a", "", "c"]);
});

test("labels are strings", () => {
  expect(checkLabels(["a"], [1])).toEqual(["a"]);
  expect(() => checkLabels(["a", null as never], [2])).toThrow('"labels" must be strings, got null at 1');
});

test("labels are as many as classes", () => {
  expect(checkLabels(["a", "b"], [1, 2])).toEqual(["a", "b"]);
  expect(() => checkLabels(["a", "b"], [3, 4, 3])).toThrow(new RangeError('"labels" must be 3 or 4 strings, got 2'));
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

describe.each([
  ["stored", 0],
  ["deflated", 6],
] as const)("an archive that costs more than labels are worth, %s,", (_, level) => {
  const labels = "cat\ndog\n";

  /** Where the record of each entry is in the directory of an archive. */
  function recordsOf(file: Uint8Array): number[] {
    const view = new DataView(file.buffer);
    const records = [view.getUint32(file.length - 6, true)];
    for (let left = view.getUint16(file.length - 12, true); left > 1; --left) {
      const at = records.at(-1)!;
      records.push(
        at + 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true),
      );
    }
    return records;
  }

  test("has none if its entries share bytes", async () => {
    const file = withArchive({ "a.txt": "1\n", "b.txt": labels }, level);
    expect(await embeddedLabels(file, [2])).toEqual(["cat", "dog"]);
    const [a, b] = recordsOf(file) as [number, number];
    file.copyWithin(a + 42, b + 42, b + 46);
    expect(await embeddedLabels(file, [2])).toBeUndefined();
  });

  test("has none if it has many entries", async () => {
    const many = (count: number) =>
      withArchive(Object.fromEntries(Array.from({ length: count }, (__, i) => [`${i}.txt`, i ? "" : labels])), level);
    expect(await embeddedLabels(many(64), [2])).toEqual(["cat", "dog"]);
    expect(await embeddedLabels(many(65), [2])).toBeUndefined();
  });

  test("has none behind four megabytes of other text, whatever sizes it claims", async () => {
    const behind = (bytes: number) =>
      withArchive({ "a.txt": "\n".repeat(bytes / 2), "b.txt": "\n".repeat(bytes / 2), "c.txt": labels }, level);
    const near = behind(3_900_000);
    const far = behind(4_100_000);
    for (const record of recordsOf(far)) new DataView(far.buffer).setUint32(record + 24, 10, true);
    expect(await embeddedLabels(near, [2])).toEqual(["cat", "dog"]);
    expect(await embeddedLabels(far, [2])).toBeUndefined();
  });
});

test.each(["", "\n", "a", "a\n", "a\nb", "a\r\nb\r\n", "\n\n"])(
  "lines are counted as they are split: %j",
  async (text) => {
    const lines = parseLabels(text);
    const file = withArchive({ "labels.txt": text }, 0);
    expect(await embeddedLabels(file, [lines.length])).toEqual(lines);
  },
);
