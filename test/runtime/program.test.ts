import { describe, expect, test } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { buildGraph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { mobileNetV1 } from "../../src/models/mobilenetv1.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { reference } from "../reference/index.js";
import { unaryGraph } from "../support/graphs.js";
import { BUILDS, modulesOf } from "../support/modules.js";

const OPTIONS = { maxMemory: 2 ** 28, keep: [] };

describe.each(BUILDS)("%s", (build) => {
  test("a whole network is its operators' references one after another", async () => {
    const graph = mobileNetV1({ alpha: 0.25, resolution: 40, classes: 7 });
    const program = await Program.create(graph, modulesOf(build), OPTIONS);
    const random = seededRandom(9);
    const x = Float32Array.from({ length: 40 * 40 * 3 }, () => 2 * random() - 1);
    program.inputs[0]!.set(x);
    program.execute();
    let values: ArrayLike<number> = x;
    for (const op of graph.ops) values = reference(op, graph.tensors, values).values;
    // The sums of 27 layers, each within its bound, come to a few roundings of values up to 6.
    for (const [i, value] of program.outputs[0]!.entries()) expect(Math.abs(value - values[i]!)).toBeLessThan(1e-5);
  });

  test("branches, several inputs and several outputs", async () => {
    const shape = [1, 4, 5, 11];
    const tensors: Tensor[] = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, shape, dtype: "float32" }));
    const activation = (from: number, to: number, kind: "relu" | "relu6"): Op => ({
      type: "activation",
      activation: kind,
      inputs: [from],
      outputs: [to],
    });
    // Listed out of order: the graph brings them into one.
    const ops = [activation(3, 4, "relu6"), activation(0, 3, "relu"), activation(1, 5, "relu6")];
    const graph = buildGraph({ tensors, ops, inputs: [0, 1, 2], outputs: [4, 3, 5, 2] });
    const program = await Program.create(graph, modulesOf(build), OPTIONS);
    const values = Float32Array.from({ length: 220 }, (_, i) => (i - 110) / 10);
    for (const input of program.inputs) input.set(values);
    program.execute();
    expect(program.outputs[0]).toEqual(values.map((v) => Math.min(Math.max(v, 0), 6)));
    expect(program.outputs[1]).toEqual(values.map((v) => Math.max(v, 0)));
    expect(program.outputs[2]).toEqual(program.outputs[0]);
    expect(program.outputs[3]).toEqual(values);
  });
});

test("says whether the machine multiplies bytes", async () => {
  const { graph } = unaryGraph({ type: "softmax", beta: 1 }, [1, 9], "uint8", 1);
  const known = await Promise.all(
    BUILDS.map(async (build) => [build, (await Program.create(graph, modulesOf(build), OPTIONS)).target.byteProducts]),
  );
  console.info(`bytes multiplied with signed bytes: ${known.map((each) => each.join(" ")).join(", ")}`);
  expect(known[0]![1]).toBeUndefined();
});

test("an operator that no kernel computes is named", async () => {
  const tensors: Tensor[] = [
    { name: "x", shape: [1, 3], dtype: "int32" },
    { name: "y", shape: [1, 3], dtype: "int32" },
  ];
  const ops: Op[] = [{ type: "softmax", beta: 1, inputs: [0], outputs: [1] }];
  const graph = buildGraph({ tensors, ops, inputs: [0], outputs: [1] });
  const act = Program.create(graph, modulesOf("simd"), OPTIONS);
  await expect(act).rejects.toThrow(UnsupportedError);
  await expect(act).rejects.toThrow("operator 0 (softmax): softmax expected float32, uint8 or int8, got int32");
});
