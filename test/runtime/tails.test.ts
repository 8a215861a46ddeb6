/** Operators on the host: beside their definitions, on tensors in memory and as constants. */
import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { foldConstants } from "../../src/ir/passes/constants.js";
import { Program } from "../../src/runtime/program.js";
import { tailReference } from "../reference/tails.js";
import { modulesOf } from "../support/modules.js";
import { tailCases, tailGraph, type TailCase } from "../support/tails.js";

const CASES = [1, 2, 3].flatMap((seed) => {
  const { shared, ours } = tailCases(seed);
  return [...shared, ...ours].map((each): [string, TailCase] => [each.name, each]);
});

/** Numbers without the sign of zeros. */
function plain(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => value + 0);
}

describe("an operator on the host", () => {
  test.each(CASES)("%s", async (_, one) => {
    const { graph, op, elements } = tailGraph(one);
    const program = await Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 24 });
    for (const [i, data] of elements.entries()) program.inputs[i]!.set(data);
    program.execute();
    const outputs = op.outputs.map((index) => graph.tensors[index]!);
    const expected = tailReference(op, one.inputs, outputs);
    for (const [i, values] of expected.entries()) expect(plain(program.outputs[i]!)).toEqual(plain(values));
  });
});

test.each(CASES.slice(0, CASES.length / 3))("as a constant: %s", async (_, one) => {
  const { graph, op } = tailGraph(one);
  const tensors = graph.tensors.map((tensor, i) => ({ ...tensor, data: one.inputs[i]?.data }));
  const folded = await foldConstants({ ...graph, tensors, inputs: [], outputs: [] });
  expect(folded.ops).toEqual([]);
  const expected = tailReference(op, one.inputs, op.outputs.map((index) => graph.tensors[index]!)); // prettier-ignore
  for (const [i, index] of op.outputs.entries()) {
    expect(plain(folded.tensors[index]!.data!)).toEqual(plain(expected[i]!));
  }
});

test("types that neither a kernel nor the host computes are refused by name", async () => {
  const { graph } = tailGraph({ name: "", attributes: { type: "logistic" }, inputs: [{ name: "x", shape: [2], dtype: "int32", data: Int32Array.of(1, 2) }] }); // prettier-ignore
  const created = Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 24 });
  await expect(created).rejects.toThrow(UnsupportedError);
  await expect(created).rejects.toThrow("operator 0 (logistic): logistic expected float32, uint8 or int8, got int32");
});
