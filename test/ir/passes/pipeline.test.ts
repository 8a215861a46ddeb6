/** The pipeline as a whole: each pass leaves a sound graph and does not touch the one before. */
import { describe, expect, test } from "vitest";
import { buildGraph, type Graph } from "../../../src/ir/graph.js";
import { PASSES, prepare } from "../../../src/ir/passes/index.js";
import { invertedResiduals, singleShotDetector } from "../../support/networks.js";
import { FLAVOURS } from "../../support/graphs.js";

describe.each(FLAVOURS)("%s", (flavour) => {
  const networks: readonly [string, Graph][] = [
    ["inverted residuals", invertedResiduals(flavour, 1)],
    ["detector", singleShotDetector(flavour, 1)],
  ];
  test.each(networks)("every pass leaves a sound graph: %s", async (_, network) => {
    for (const precision of [undefined, "float32"] as const) {
      let graph = network;
      for (const { name, applies, run } of PASSES) {
        if (applies && !applies(graph, { precision })) {
          if (name !== "convert precision")
            expect(await run(graph, { precision }), `${name} has nothing to do`).toEqual(graph);
          continue;
        }
        const before = JSON.stringify(graph);
        const after = await run(graph, { precision });
        expect(() => buildGraph(after), name).not.toThrow();
        expect(JSON.stringify(graph), `${name} leaves its graph as it is`).toBe(before);
        graph = after;
      }
      expect(buildGraph(graph)).toEqual(await prepare(network, { precision }));
      if (precision) expect(graph.tensors.filter(({ dtype }) => dtype.endsWith("int8"))).toEqual([]);
    }
  });
});
