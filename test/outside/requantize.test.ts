/** QUANTIZE from one 8-bit scale to another, beside TensorFlow Lite: all 256 values the same. */
import { beforeAll, describe, expect, test } from "vitest";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { buildGraph } from "../../src/ir/graph.js";
import { prepare } from "../../src/ir/passes/index.js";
import type { Tensor } from "../../src/ir/tensor.js";
import { Program } from "../../src/runtime/program.js";
import { modulesOf } from "../support/modules.js";
import { openTflite, type Open } from "./support/tflite.js";

let open: Open;
beforeAll(async () => {
  open = await openTflite(import.meta.url);
});

const RATIOS = [0.001, 0.0039, 0.004, 0.0621, 0.423, 0.5, 0.998, 1.0004, 1.5, 2.77, 63.9, 127.9, 130, 700];

describe.each(["uint8", "int8"] as const)("from %s", (from) => {
  describe.each(["uint8", "int8"] as const)("to %s", (to) => {
    test.each(RATIOS)("by %d", async (ratio) => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const elements = from === "uint8" ? bytes : new Int8Array(bytes.buffer);
      const tensor = (name: string, dtype: "uint8" | "int8", scale: number, zero: number): Tensor => ({
        name,
        shape: [1, 256],
        dtype,
        quantization: { scale: [scale], zeroPoint: [dtype === "uint8" ? zero + 128 : zero], axis: 0 },
      });
      const tensors = [tensor("x", from, Math.fround(0.37 * ratio), -13), tensor("y", to, Math.fround(0.37), 29)];
      const graph = buildGraph({ tensors, ops: [{ type: "quantize", inputs: [0], outputs: [1] }], inputs: [0], outputs: [1] }); // prettier-ignore
      const program = await Program.create(await prepare(graph), modulesOf("simd"), { maxMemory: 2 ** 24 });
      program.inputs[0]!.set(elements);
      program.execute();
      expect(program.outputs[0]).toEqual(open(writeTflite(graph))([elements])[0]);
    });
  });
});
