import { defineConfig } from "vitest/config";
import base from "../../vitest.config.js";

/** Published networks beside the engines that they were made for: `npm run test:zoo`. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ["test/zoo/*.test.ts"], exclude: [], fileParallelism: false, testTimeout: 600_000 },
});
