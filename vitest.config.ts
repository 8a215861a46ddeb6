import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "wasm-as-base64", // as esbuild's loader does it in the build
      enforce: "pre",
      load(id) {
        if (id.endsWith(".wasm")) return `export default ${JSON.stringify(readFileSync(id, "base64"))}`;
        return undefined;
      },
    },
  ],
  test: { include: ["test/**/*.test.ts"], testTimeout: 120_000 },
});
