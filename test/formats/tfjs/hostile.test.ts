import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/models/random.js";
import type { Files } from "../../../src/io/source.js";
import { attempt, outcomes } from "../../support/hostile.js";
import { distortions, flips, truncations } from "../../support/mutate.js";
import { functional, functional3, NESTED, sequential, SMALL, SMALL_WEIGHTS } from "../../support/keras.js";
import { FUSED, GRAPH_WEIGHTS, signature } from "../../support/tensorflow.js";
import { storeModel } from "../../support/weights.js";

const MODELS: Readonly<Record<string, Record<string, Uint8Array>>> = {
  functional: storeModel(functional(SMALL), SMALL_WEIGHTS, { shardBytes: 300 }),
  "Keras 3": storeModel(functional3(SMALL), SMALL_WEIGHTS, { shardBytes: 300 }),
  sequential: storeModel(sequential(SMALL), SMALL_WEIGHTS, { shardBytes: 300 }),
  nested: storeModel(NESTED, SMALL_WEIGHTS, { shardBytes: 300 }),
  graph: storeModel({ node: FUSED }, GRAPH_WEIGHTS, { shardBytes: 300, signature: signature("Identity") }),
};

/** The model with other bytes in one of its files. */
function* exchanged(files: Record<string, Uint8Array>, name: string, others: Iterable<Uint8Array>): Generator<Files> {
  for (const bytes of others) yield { ...files, [name]: bytes };
}

describe.each(Object.entries(MODELS))("a %s model", (_, files) => {
  const json = files["model.json"]!;
  const [shard] = Object.keys(files).filter((name) => name !== "model.json") as [string];

  test("whole, runs", async () => {
    expect(await attempt(files)).toBe("runs");
  });

  test("with a truncated model.json or shard", async () => {
    const counts = await outcomes([
      ...exchanged(files, "model.json", truncations(json, 13)),
      ...exchanged(files, shard, truncations(files[shard]!, 1)),
    ]);
    expect(Object.keys(counts)).toEqual(["FormatError"]);
  });

  test("with flipped bits", async () => {
    const counts = await outcomes([
      ...exchanged(files, "model.json", flips(json, 2000, seededRandom(1))),
      ...exchanged(files, shard, flips(files[shard]!, 200, seededRandom(2))),
    ]);
    expect(counts["FormatError"]).toBeGreaterThan(1000);
    expect(counts["runs"]).toBeGreaterThan(100);
  });

  test("with absurd values", async () => {
    const text = new TextDecoder().decode(json);
    const values = [...distortions(JSON.parse(text), 3000, seededRandom(3))];
    const distorted = values.map((value) => new TextEncoder().encode(JSON.stringify(value)));
    const counts = await outcomes(exchanged(files, "model.json", distorted));
    console.info(`3000 files with an absurd value: ${JSON.stringify(counts)}`);
    expect(counts["FormatError"]).toBeGreaterThan(500);
    expect(counts["UnsupportedError"]).toBeGreaterThan(100);
    expect(counts["runs"]).toBeGreaterThan(100);
  });
});

test.each([
  ["deep", `{"modelTopology": ${"[".repeat(1e6)}`],
  ["deep and whole", `{"modelTopology": ${"[".repeat(1e6)}${"]".repeat(1e6)}}`],
  [
    "wide",
    `{"modelTopology": {"class_name": "Sequential", "config": [${"{},".repeat(1e5)}{}]}, "weightsManifest": []}`,
  ],
  ["not UTF-8", "{\xff"],
])("a model.json that is %s", async (_, text) => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  expect(["FormatError", "UnsupportedError"]).toContain(await attempt({ "model.json": bytes }));
});
