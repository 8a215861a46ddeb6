/** Rare operators are known where a graph holds one, in modules that nobody has used before. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import type { Graph } from "../../src/ir/graph.js";
import type { OpAttributes } from "../../src/ir/ops/index.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { modulesOf } from "../support/modules.js";

/** One rare operator and nothing else. */
const leaky: Graph = {
  tensors: [
    { name: "x", shape: [1, 2, 2, 3], dtype: "float32" },
    { name: "y", shape: [1, 2, 2, 3], dtype: "float32" },
  ],
  ops: [{ type: "leakyrelu", slope: 0.5, inputs: [0], outputs: [1] }],
  inputs: [0],
  outputs: [1],
};

beforeEach(() => vi.resetModules());

async function isKnown(): Promise<boolean> {
  const { moduleOf } = await import("../../src/ir/ops/index.js");
  try {
    return moduleOf(leaky.ops[0]!) !== undefined;
  } catch {
    return false;
  }
}

describe("a rare operator", () => {
  test("is unknown at first", async () => {
    expect(await isKnown()).toBe(false);
  });

  test("is known once a graph that was written as data is loaded, and runs", async () => {
    const { createLoader } = await import("../../src/api/load.js");
    const net = await createLoader(async (kernels, shared) => modulesOf(kernels, shared))(leaky);
    const [y] = net.run(new Float32Array(12).fill(-3));
    expect(y!.data).toEqual(new Float32Array(12).fill(-1.5));
    expect(await isKnown()).toBe(true);
  });

  test("is known once a file has one", async () => {
    const { readTflite } = await import("../../src/formats/tflite/read.js");
    const { ops } = await readTflite(writeTflite(leaky));
    expect(ops).toEqual(leaky.ops);
    expect(await isKnown()).toBe(true);
  });

  test("is known once code passes its attributes through rare()", async () => {
    const { rare } = await import("../../src/ir/rare.js");
    expect(rare({ type: "leakyrelu", slope: 1 })).toEqual({ type: "leakyrelu", slope: 1 });
    expect(await isKnown()).toBe(true);
  });
});

test("an operator that does not exist is refused", async () => {
  const { prepare } = await import("../../src/ir/passes/index.js");
  const nothing = { type: "nothing" } as unknown as OpAttributes;
  const error = await prepare({ ...leaky, ops: [{ ...nothing, inputs: [0], outputs: [1] }] }).catch((caught) => caught);
  expect(error.code).toBe(new UnsupportedError("").code);
  expect(error.message).toContain("operator nothing: not supported");
});

test("the types keep rare operators from code that does not pass them through rare()", async () => {
  const { GraphBuilder } = await import("../../src/ir/builder.js");
  const net = new GraphBuilder();
  const x = net.input("x", [1, 2, 2, 3]);
  // @ts-expect-error: leakyrelu is rare
  expect(() => net.add("y", { type: "leakyrelu", slope: 1 }, x)).toThrow("operator leakyrelu: not supported");
});
