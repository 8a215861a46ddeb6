/** Exports of Teachable Machine: labels, crop and normalisation without an option, wherever the files come from. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FormatError, SourceError } from "../../src/errors.js";
import { readModel } from "../../src/formats/index.js";
import { readMetadata } from "../../src/formats/teachable.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { viewOf, type Picture } from "../../src/image/picture.js";
import { resize } from "../../src/image/resize.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { quantized } from "../../src/models/quantized.js";
import { seededRandom } from "../../src/models/random.js";
import { compile } from "../support/compiled.js";
import { loadModel } from "../support/load.js";
import { distortions } from "../support/mutate.js";
import { teachableExport } from "../support/teachable.js";
import { referenceValues } from "../reference/index.js";

const SIZE = 32;
const LABELS = ["apple", "pear", "other"];
const EXPORT = teachableExport({ size: SIZE, labels: LABELS });

function picture(width: number, height: number): Picture {
  const random = seededRandom(width);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => Math.floor(256 * random())), width, height };
}

/** What capture() of @teachablemachine/image makes of a picture: the middle square, p / 127 - 1. */
function captured(image: Picture): Float32Array {
  const rgb = new Uint8Array(SIZE * SIZE * 3);
  const target = { data: rgb, width: SIZE, height: SIZE };
  resize(image, viewOf(image, "cover", SIZE, SIZE), target, { antialias: false, background: [255, 255, 255] });
  return Float32Array.from(rgb, (byte) => byte / 127 - 1);
}

const folder = mkdtempSync(join(tmpdir(), "mobilenet-simd-teachable-"));
let server: Server;
let origin: string;
const requests: string[] = [];

beforeAll(async () => {
  for (const [name, bytes] of Object.entries(EXPORT)) writeFileSync(join(folder, name), bytes);
  server = createServer((request, response) => {
    requests.push(request.url!);
    const name = /^\/my_model\/([^?]*)/.exec(request.url!)?.[1] ?? "";
    const bytes = Object.hasOwn(EXPORT, name) ? EXPORT[name as keyof typeof EXPORT] : undefined;
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const files = () => Object.entries(EXPORT).map(([name, bytes]) => new File([bytes], name));

describe("an export loads", () => {
  test.each<[string, () => Parameters<typeof loadModel>[0]]>([
    ["from a folder", () => folder],
    ["from a folder that ends in a slash", () => `${folder}/`],
    ["from a file URL of a folder", () => pathToFileURL(folder)],
    ["from the path of its model.json", () => join(folder, "model.json")],
    ["from the URL of a folder", () => `${origin}/my_model/`],
    ["from the URL of a folder with a query", () => new URL(`${origin}/my_model/?key=1`)],
    ["from the URL of its model.json", () => `${origin}/my_model/model.json`],
    ["from a record", () => EXPORT],
    ["from a record with folders", () => Object.fromEntries(Object.entries(EXPORT).map(([name, bytes]) => [`my_model/${name}`, bytes]))], // prettier-ignore
    ["from File objects", files],
    ["from an iterable of File objects", () => new Set(files())],
  ])("%s", async (_, source) => {
    const net = await loadModel(source());
    const image = picture(50, 31);
    expect(net.labels).toEqual(LABELS);
    const [best, ...others] = net.classify(image);
    const scores = net.run(captured(image))[0]!.data;
    for (const { index, label, score } of [best!, ...others]) {
      expect(label).toBe(LABELS[index]);
      expect(score).toBe(scores[index]);
    }
  });

  test("with a query that goes to each file", () => {
    expect(requests.filter((url) => url.endsWith("?key=1")).map((url) => url.replace(/\?.*/, ""))).toEqual([
      "/my_model/model.json",
      "/my_model/weights.bin",
      "/my_model/metadata.json",
    ]);
  });

  test("with options that go before what it says", async () => {
    const image = picture(40, 40);
    const [plain, other] = [await loadModel(EXPORT), await loadModel(EXPORT, { labels: "x\ny\nz", normalization: { mean: 127.5, std: 127.5 } })]; // prettier-ignore
    expect(other.labels).toEqual(["x", "y", "z"]);
    expect(other.classify(image)[0]!.score).not.toBe(plain.classify(image)[0]!.score);
    expect(plain.classify(image, { crop: 0.5 })).not.toEqual(plain.classify(image));
    expect(plain.classify(image, { crop: "cover" })).toEqual(plain.classify(image));
  });

  test("without metadata.json, as any layers model", async () => {
    const { "metadata.json": _, ...others } = EXPORT;
    const net = await loadModel(others);
    expect(net.labels).toBeUndefined();
    const [usual] = [await loadModel(EXPORT, { normalization: { mean: 127.5, std: 127.5 } })];
    const image = picture(40, 40);
    expect(net.classify(image).map(({ score }) => score)).toEqual(usual.classify(image, { crop: 0.875 }).map(({ score }) => score)); // prettier-ignore
  });
});

test("the network agrees with the reference operators", async () => {
  const graph = await readModel({ bytes: EXPORT["model.json"], beside: async () => EXPORT["weights.bin"] });
  const net = await loadModel(EXPORT);
  for (const side of [32, 45]) {
    const x = captured(picture(side, side));
    const expected = referenceValues(graph, [x])[graph.outputs[0]!]!;
    const got = net.run(x)[0]!.data;
    expect(new Set(Array.from(got)).size).toBe(LABELS.length);
    for (const [i, value] of Array.from(expected).entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(1e-5);
  }
});

test("a compiled export gives the same answers, from its own function for pictures, too", async () => {
  const net = await loadModel(EXPORT, { kernels: "simd" });
  const compiled = await loadModel((await compile(EXPORT)).code);
  expect(compiled.labels).toEqual(LABELS);
  for (const [width, height] of [
    [50, 31],
    [31, 64],
    [32, 32],
    [3, 5],
  ] as const) {
    // prettier-ignore
    const image = picture(width, height);
    expect(compiled.classify(image)).toEqual(net.classify(image));
  }
});

describe("metadata.json is refused", () => {
  const changed = (change: object) => {
    const metadata = JSON.parse(new TextDecoder().decode(EXPORT["metadata.json"])) as object;
    return { ...EXPORT, "metadata.json": new TextEncoder().encode(JSON.stringify({ ...metadata, ...change })) };
  };

  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    [
      "that is damaged",
      { ...EXPORT, "metadata.json": EXPORT["metadata.json"].subarray(1) },
      /metadata.json expected JSON/,
    ],
    ["that is no object", { ...EXPORT, "metadata.json": new TextEncoder().encode("[]") }, /metadata.json expected an object/], // prettier-ignore
    ["with too few labels", changed({ labels: ["a"] }), /metadata.json: labels expected 3, as the network has, got 1/],
    ["with labels that are no text", changed({ labels: [1, 2, 3] }), /metadata.json: labels expected a string, got 1/],
    ["without labels", changed({ labels: undefined }), /metadata.json: labels expected an array/],
    ["for another size", changed({ imageSize: 224 }), /metadata.json: imageSize expected 32×32, as the network has, got 224/], // prettier-ignore
  ])("%s", async (_, model, message) => {
    await expect(loadModel(model)).rejects.toThrow(FormatError);
    await expect(loadModel(model)).rejects.toThrow(message);
  });

  test("but ignored if it is a page, or not Teachable Machine's", async () => {
    const page = new TextEncoder().encode("<!doctype html>\n<p>no such file</p>");
    expect((await loadModel({ ...EXPORT, "metadata.json": page })).labels).toBeUndefined();
    expect((await loadModel(changed({ packageName: "other", labels: 7 }))).labels).toBeUndefined();
  });

  test("and read for its labels alone if the network takes no pictures", async () => {
    const net = await loadModel(changed({ packageName: "@teachablemachine/pose" }));
    expect(net.labels).toEqual(LABELS);
    const image = picture(50, 50);
    expect(net.classify(image)).toEqual((await loadModel(EXPORT, { normalization: { mean: 127.5, std: 127.5 } })).classify(image, { crop: 0.875 })); // prettier-ignore
  });
});

const FLOAT = mobileNetV1({ alpha: 0.25, resolution: SIZE, classes: 7 });

test("any metadata.json gives labels of the right number, or a FormatError", () => {
  const metadata: unknown = JSON.parse(new TextDecoder().decode(EXPORT["metadata.json"]));
  const input = { name: "input_1", shape: [1, SIZE, SIZE, 3], dtype: "float32" } as const;
  const counts = { read: 0, refused: 0 };
  for (const json of distortions(metadata, 3000, seededRandom(9))) {
    try {
      const found = readMetadata(JSON.parse(JSON.stringify(json)), input, [LABELS.length]); // without holes in arrays
      if (!found) continue;
      expect(found.labels.filter((label) => typeof label === "string").length).toBe(LABELS.length);
      ++counts.read;
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      ++counts.refused;
    }
  }
  expect(counts.read).toBeGreaterThan(500);
  expect(counts.refused).toBeGreaterThan(300);
});

describe.each([
  ["float32", "model_unquant.tflite", FLOAT],
  ["8 bits", "model.tflite", quantized(FLOAT)],
] as const)("an export to TensorFlow Lite in %s", (_, name, graph) => {
  const model = writeTflite(graph);

  test("takes its labels from labels.txt, without their numbers, and the middle square", async () => {
    const plain = await loadModel(model);
    const classes = Array.from({ length: 7 }, (__, i) => `Class ${i + 1}`);
    const labels = classes.map((label, i) => `${i} ${label}\n`).join("");
    const net = await loadModel({ [name]: model, "labels.txt": new TextEncoder().encode(labels) });
    expect(net.labels).toEqual(classes);
    const image = picture(50, 31);
    const expected = plain.classify(image, { crop: "cover" });
    expect(net.classify(image)).toEqual(expected.map((it) => ({ ...it, label: classes[it.index] })));
    expect(net.embed(image)).toEqual(plain.embed(image, { crop: "cover" }));
    expect(net.embed(image)).not.toEqual(plain.embed(image));
  });

  test("ignores labels of another number", async () => {
    const net = await loadModel({ [name]: model, "labels.txt": new TextEncoder().encode("0 a\n1 b\n") });
    expect(net.labels).toBeUndefined();
  });
});

describe("a folder is refused", () => {
  test("without a model", async () => {
    const empty = mkdtempSync(join(tmpdir(), "mobilenet-simd-empty-"));
    writeFileSync(join(empty, "metadata.json"), "{}");
    writeFileSync(join(empty, "notes.md"), "");
    const act = loadModel(empty);
    await expect(act).rejects.toThrow(SourceError);
    await expect(act).rejects.toThrow(/expected one model file in it, got metadata.json, notes.md/);
    rmSync(empty, { recursive: true });
  });

  test("that a server does not have", async () => {
    requests.length = 0;
    const act = loadModel(`${origin}/other/`);
    await expect(act).rejects.toThrow(SourceError);
    await expect(act).rejects.toThrow(/other\/model.json: HTTP status 404/);
    expect(requests).toEqual(["/other/model.json", "/other/model.tflite", "/other/model_unquant.tflite"]);
  });

  test("of things that are no File objects", async () => {
    await expect(loadModel([1, 2] as never)).rejects.toThrow(/"model" must be File objects, got 1 among them/);
    await expect(loadModel([])).rejects.toThrow(TypeError);
  });

  test("with more bytes than allowed", async () => {
    await expect(loadModel(files(), { maxMemory: 1e6 })).rejects.toThrow(
      /weights.bin has \d+ bytes; "maxMemory" allows/,
    );
    await expect(loadModel(folder, { maxMemory: 1e6 })).rejects.toThrow(
      /weights.bin has \d+ bytes; "maxMemory" allows/,
    );
  });
});
