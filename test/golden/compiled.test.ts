/** Compiled models give the golden outputs, byte for byte: as a plain module, and loaded. */
import { describe, expect, test } from "vitest";
import { compile, describeCompiled, instantiatePlainly, KERNELS } from "../support/compiled.js";
import { expectGolden, goldenInputs, GOLDEN_MODELS, inputOf } from "../support/goldens.js";
import { loadModel } from "../support/load.js";
import type { TensorValue } from "../../src/api/tensors.js";
import { HAVE_SHARED, sharedBytes } from "../support/shared.js";

describe.skipIf(!HAVE_SHARED).each(KERNELS)("compiled models, %s", (kernels) => {
  test.each(Object.keys(GOLDEN_MODELS))("%s", async (name) => {
    const { code } = await compile(sharedBytes("models", `${name}.tflite`), { kernels });
    const model = await instantiatePlainly(code);
    const net = await loadModel(code);
    const { inputs } = describeCompiled(code);
    const size = inputs[0]!.shape[1]!;
    for (const input of goldenInputs()) {
      const elements = inputOf(input, GOLDEN_MODELS[name]!, size);
      const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
      new Uint8Array(model.memory.buffer).set(bytes, model.input(0));
      expect(model.run()).toBe(0);
      const output = new Uint8Array(model.memory.buffer, model.output(0), GOLDEN_MODELS[name]!.bytes_per_row);
      expectGolden(name, input, output);
      const [{ data }] = net.run(elements) as [TensorValue];
      expect(Buffer.compare(output, new Uint8Array(data.buffer)), input.name).toBe(0);
    }
  });
});
