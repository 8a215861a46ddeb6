/** The kernels for ARM64 on this processor: they run everywhere. test/arm runs them where they belong. */
import { expect, test } from "vitest";
import { BUILDS, buildFile, modulesOf } from "../support/modules.js";
import { checkLayers } from "../arm/layers.js";

const PARTS = { simd: "arm.wasm", relaxed: "arm.relaxed.wasm" } as const;

test.each(BUILDS.filter((build) => build !== "wide"))("random layers, %s", async (build) => {
  const { base, rare } = modulesOf(build);
  const part = new WebAssembly.Module(buildFile(PARTS[build]));
  const { kernels, byteProducts } = await checkLayers({ base: [...base, part], rare }, 150);
  expect(byteProducts).toBe("signed");
  // The second one for weights of -128 side by side.
  for (const kernel of ["q8_pointwiseDot", "q8_pointwise", "q8_depthwise3x3s1", "q8_depthwise3x3s2", "f32_pointwise"]) {
    expect(kernels[kernel], kernel).toBeGreaterThan(5);
  }
});
