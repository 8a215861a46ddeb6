import { defineConfig } from "vitest/config";

/** Tests that need an emulator of ARM64: `npm run test:arm`. */
export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxConcurrency: 2,
  },
});
