/** MobileNet V2 in TensorFlow Lite itself (tfjs-tflite, with XNNPACK) and here, also compiled: byte for byte. */
import { createRequire } from "node:module";
import { beforeAll, expect, test } from "vitest";
import { startTflite } from "../../bench/compare/engines/tflite.js";
import type { Network } from "../../src/api/network.js";
import { compile, instantiatePlainly, KERNELS } from "../support/compiled.js";
import { goldenInputs, rgbOf } from "../support/inputs.js";
import { loadModel } from "../support/load.js";
import { describeShared, sharedBytes } from "../support/shared.js";

const ENGINE = createRequire(import.meta.url).resolve("@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.js");
const FILE = ["models", "zoo", "mobilenet_v2_1.0_224_quant.tflite"] as const;

const OPTIONS = KERNELS.flatMap((kernels) => [1, 2].map((threads) => ({ kernels, threads })));

describeShared("mobilenet_v2_1.0_224_quant", () => {
  const nets: Network[] = [];
  /** The sample images and the synthetic inputs. */
  const cases: { readonly name: string; readonly rgb: Uint8Array; readonly expected: Uint8Array }[] = [];

  beforeAll(async () => {
    // TensorFlow Lite comes last: it replaces the global Worker.
    for (const options of OPTIONS) nets.push(await loadModel(sharedBytes(...FILE), options));
    const theirs = await startTflite(ENGINE, sharedBytes(...FILE), 1);
    for (const input of goldenInputs().filter(({ index }) => index < 24 || index >= 124)) {
      const rgb = rgbOf(input, 224);
      cases.push({ name: input.name, rgb, expected: theirs(rgb) as Uint8Array });
    }
  });

  function expectOutputs(run: (rgb: Uint8Array) => Uint8Array): void {
    expect(cases.length).toBe(31);
    expect(new Set(cases.map(({ expected }) => expected.join())).size).toBe(31);
    for (const { name, rgb, expected } of cases) expect(Buffer.compare(run(rgb), expected), name).toBe(0);
  }

  const runner = (net: Network) => (rgb: Uint8Array) => net.run(rgb)[0]!.data as Uint8Array;

  test.each(OPTIONS.map((options, index) => [options, index] as const))("%j", (options, index) => {
    const net = nets[index]!;
    expect(net.runtime).toMatchObject(options);
    expectOutputs(runner(net));
    net.dispose();
  });

  test.each(KERNELS)("compiled, %s", async (kernels) => {
    const { code } = await compile(sharedBytes(...FILE), { kernels });
    expectOutputs(runner(await loadModel(code)));
    const { memory, input, output, run } = await instantiatePlainly(code);
    expectOutputs((rgb) => {
      new Uint8Array(memory.buffer, input(0), rgb.length).set(rgb);
      expect(run()).toBe(0);
      return new Uint8Array(memory.buffer, output(0), 1001);
    });
  });
});
