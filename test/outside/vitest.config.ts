import { defineConfig } from "vitest/config";
import base from "../../vitest.config.js";

/** What needs another engine: `npm run test:outside`. */
export default defineConfig({ ...base, test: { ...base.test, include: ["test/outside/*.test.ts"], exclude: [] } });
