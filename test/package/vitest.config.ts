import { defineConfig } from "vitest/config";

/** What needs more than the root's packages: `npm run test:package`. */
export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ["**/*.test.ts"],
    globalSetup: "test/package/support/setup.ts",
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
