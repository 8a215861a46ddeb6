/** Which kernels multiply the weights of an 8-bit layer. */
import { expect, test } from "vitest";
import { fuseGraph, isGroup } from "../../src/compiler/fuse.js";
import { loadLowerings } from "../../src/compiler/lower/index.js";
import { CompactPacker } from "../../src/compiler/emit/compact.js";
import type { Target } from "../../src/compiler/call.js";
import { buildGraph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { NO_PADDING } from "../../src/ir/window.js";

/** A pointwise convolution to two channels with these bytes as weights. */
async function kernelsOf(data: Uint8Array | Int8Array, target: Target) {
  const dtype = data instanceof Uint8Array ? "uint8" : "int8";
  const quantization = { scale: [0.1], zeroPoint: [0], axis: 0 };
  const depth = data.length / 2;
  const tensors: Tensor[] = [
    { name: "x", shape: [1, 2, 2, depth], dtype, quantization },
    { name: "weights", shape: [2, 1, 1, depth], dtype, quantization, data },
    { name: "y", shape: [1, 2, 2, 2], dtype, quantization },
  ];
  const convolution = { type: "convolution", stride: [1, 1], padding: NO_PADDING, activation: "none" } as const;
  const ops = [{ ...convolution, inputs: [0, 1], outputs: [2] }];
  const graph = buildGraph({ tensors, ops, inputs: [0], outputs: [2] });
  const lowerings = await loadLowerings(graph);
  const { steps } = fuseGraph(graph, { fuse: true, keep: new Set(), target, lowerings, maxMemory: 2 ** 20 });
  const calls = steps.filter(isGroup).flatMap((group) => group.calls);
  return calls
    .filter(({ kernel }) => /narrow|pointwise/.test(kernel))
    .map(({ kernel, params, products }) => [kernel, ...("flip" in params ? [params.flip] : []), ...products!]);
}

const APART = [
  Int8Array.of(1, -128, -128, 1, 4, 5, /* next output */ -128, 1, -128, 4, 5, -128),
  Uint8Array.of(1, 0, 0, 1, 4, 5, /* next output */ 0, 1, 0, 128, 5, 0),
];
const NEIGHBOURS = [
  Int8Array.of(1, 2, -128, -128, 5, 6, /* next output */ 1, 2, 3, 4, 5, 6),
  Uint8Array.of(1, 2, 3, 4, 5, 6, /* next output */ 0, 0, 3, 4, 5, 6),
  Int8Array.of(1, 2, 3, 4, 5, 6, /* next output */ 1, -128, 3, 4, 5, -128),
  Uint8Array.of(0, 2, 3, 4, 0, 6, /* next output */ 1, 2, 3, 4, 5, 6),
];

const PAIRS = [["q8_pointwise", "pairs"]];

test("products of unsigned bytes are exact for all weights", async () => {
  for (const weights of [...APART, ...NEIGHBOURS]) {
    expect(await kernelsOf(weights, { byteProducts: undefined })).toEqual(PAIRS);
    expect(await kernelsOf(weights, { byteProducts: "unsigned" })).toEqual([
      ["q8_narrow", 0, "unsigned"],
      ["q8_pointwiseDot", "unsigned"],
    ]);
  }
});

test("products of signed bytes are exact unless weights that are multiplied side by side are -128", async () => {
  for (const weights of APART) {
    expect(await kernelsOf(weights, { byteProducts: "signed" })).toEqual([
      ["q8_narrow", 0x80, "signed"],
      ["q8_pointwiseDot", "signed"],
    ]);
  }
  for (const weights of NEIGHBOURS) {
    expect(await kernelsOf(weights, { byteProducts: "signed" })).toEqual([["q8_pointwise", "signed"]]);
  }
});

test("a compiled model has calls for every machine", async () => {
  const compact = () => new CompactPacker(["pairs", "unsigned", "signed"]);
  for (const weights of APART) {
    expect(await kernelsOf(weights, { byteProducts: undefined, compact: compact() })).toEqual([
      ["q8_narrow", 0, "unsigned"],
      ["q8_narrow", 0x80, "signed"],
      ["q8_pointwiseDot", "unsigned", "signed"],
      ["q8_pointwise", "pairs"],
    ]);
  }
  for (const weights of NEIGHBOURS) {
    expect(await kernelsOf(weights, { byteProducts: undefined, compact: compact() })).toEqual([
      ["q8_narrow", 0, "unsigned"],
      ["q8_pointwiseDot", "unsigned"],
      ["q8_pointwise", "pairs", "signed"],
    ]);
  }
});
