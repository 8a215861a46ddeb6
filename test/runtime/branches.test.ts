/** Graphs that fork and join: an activation stays until its last reader has run, on one thread or two, in a batch. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph, type Graph } from "../../src/ir/graph.js";
import type { Op } from "../../src/ir/ops/index.js";
import { batched } from "../../src/ir/passes/batch.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { seededRandom } from "../../src/models/random.js";
import { Program } from "../../src/runtime/program.js";
import { referenceValues } from "../reference/index.js";
import { FLAVOURS, randomTensor, type Flavour } from "../support/graphs.js";
import { BUILDS, modulesOf } from "../support/modules.js";
import { seeds } from "../support/shapes.js";

interface Plan {
  readonly shape: readonly number[];
  /** For each operator two places, as shares of the tensors there are, to read from. */
  readonly picks: readonly (readonly [number, number])[];
  readonly outputs: readonly number[];
  readonly seed: number;
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true });

const plans: fc.Arbitrary<Plan> = fc.record({
  shape: fc.tuple(
    fc.constant(1),
    fc.nat(6).map((n) => n + 1),
    fc.nat(4).map((n) => n + 1),
    fc.nat(40).map((n) => n + 1),
  ),
  picks: fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 14 }),
  outputs: fc.array(share, { minLength: 1, maxLength: 3 }),
  seed: seeds,
});

/** Sums and activations over tensors of one shape, each operator reading any that are there. */
function forked({ shape, picks, outputs, seed }: Plan, flavour: Flavour): Graph {
  const random = seededRandom(seed);
  const tensor = (name: string): Tensor => ({ ...randomTensor(name, shape, flavour, random), data: undefined });
  const tensors = [tensor("a"), tensor("b")];
  const ops = picks.map(([first, second], i): Op => {
    const at = (part: number) => Math.floor(part * tensors.length);
    const inputs = [at(first), at(second)];
    const activation = (["none", "relu", "relu6"] as const)[i % 3]!;
    const to = tensors.push(tensor(`t${i}`)) - 1;
    if (i % 4 === 3) return { type: "activation", activation, inputs: [inputs[0]!], outputs: [to] };
    return { type: "add", activation, inputs, outputs: [to] };
  });
  const wanted = new Set([...outputs.map((part) => Math.floor(part * tensors.length)), tensors.length - 1]);
  return buildGraph({ tensors, ops, inputs: [0, 1], outputs: [...wanted] });
}

async function expectReferences(plan: Plan, build: (typeof BUILDS)[number], flavour: Flavour, threads: number) {
  const images = 3;
  const graph = batched(forked(plan, flavour), images);
  const program = await Program.create(graph, modulesOf(build, threads > 1), {
    maxMemory: 2 ** 28,
    keep: [],
    threads,
    batch: images,
  });
  const random = seededRandom(plan.seed);
  const given = [0, 1].map((i) => randomTensor("", graph.tensors[i]!.shape, flavour, random).data!);
  const values = referenceValues(graph, given);
  for (let run = 0; run < 2; ++run) {
    for (const [i, input] of program.inputs.entries()) input.set(given[i]!);
    program.execute();
    for (const [i, output] of graph.outputs.entries()) {
      expect(Array.from(program.outputs[i]!)).toEqual(Array.from(values[output]!));
    }
  }
  program.dispose();
}

describe.each(BUILDS)("%s", (build) => {
  test.each(FLAVOURS)("any graph of sums: %s", async (flavour) => {
    await fc.assert(
      fc.asyncProperty(plans, (plan) => expectReferences(plan, build, flavour, 1)),
      { numRuns: 60 },
    );
  });

  test.each(FLAVOURS)("on two threads: %s", async (flavour) => {
    await fc.assert(
      fc.asyncProperty(plans, (plan) => expectReferences(plan, build, flavour, 2)),
      { numRuns: 8 },
    );
  });
});
