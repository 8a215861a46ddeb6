import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "kernels-and-worker-as-text", // as esbuild's loaders do it in the build
      enforce: "pre",
      load(id) {
        if (id.endsWith(".wasm?inline"))
          return `export default "${deflateRawSync(readFileSync(id.replace("?inline", ""))).toString("base64")}"`;
        if (id.endsWith(".txt")) return `export default ${JSON.stringify(readFileSync(id, "utf8"))}`;
        return undefined;
      },
    },
  ],
  // These need packages of their own: `npm run test:package`, `npm run test:outside`, `npm run test:arm`.
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/package/**", "test/outside/**", "test/arm/**"],
    setupFiles: ["test/support/operators.ts"],
    testTimeout: 120_000,
  },
});
