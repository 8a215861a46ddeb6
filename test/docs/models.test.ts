/** docs/models.md names every operator and layer that the readers take, and no other. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { supportedNodes as supportedOnnx } from "../../src/formats/onnx/read.js";
import { supportedNodes } from "../../src/formats/tfjs/graph/readers.js";
import { supportedOperators } from "../../src/formats/tflite/operators.js";
import { functional, layer } from "../support/keras.js";
import { loadModel } from "../support/load.js";
import { storeModel } from "../support/weights.js";

const [, REFUSED] = readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8").split("## What is refused");

/** The names in a row of the table, without what stands in parentheses. */
function listed(format: string): string[] {
  const [, names] = new RegExp(`^ *\\| ${format} *\\| (.*) \\|$`, "m").exec(REFUSED!) ?? [];
  return names!.replaceAll(/\(.*?\)|\\/g, "").split(",").map((name) => name.trim()); // prettier-ignore
}

/** What a reader says that it supports when it meets something else. */
async function supported(topology: unknown): Promise<string[]> {
  const error: unknown = await loadModel(storeModel(topology, [])).catch((thrown: unknown) => thrown);
  return /supported are (.*)$/.exec((error as Error).message)![1]!.split(", ");
}

test("of .tflite files", async () => {
  expect(listed("`\\.tflite`")).toEqual(await supportedOperators());
});

test("of layers models", async () => {
  const input = layer("InputLayer", "x", { batch_input_shape: [null, 1, 1, 1] });
  const layers = await supported(functional([input, layer("Unknown", "it")]));
  expect(listed("layers model")).toEqual([...layers, "InputLayer"].toSorted());
});

test("of graph models", () => {
  expect(listed("graph model")).toEqual(supportedNodes());
});

test("of ONNX models", () => {
  expect(listed("ONNX")).toEqual(supportedOnnx());
});
