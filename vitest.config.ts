import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { defineConfig } from "vitest/config";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

export default defineConfig({
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  plugins: [
    {
      name: "kernels-and-worker-as-text", // as esbuild's loaders do it in the build
      enforce: "pre",
      load(id) {
        if (id.endsWith(".wasm?inline")) {
          const bytes = readFileSync(id.replace("?inline", ""));
          const text = deflateRawSync(bytes).toString("base64");
          return `export default "${text}"; export const file = "", size = ${bytes.length};`;
        }
        if (id.endsWith(".txt")) return `export default ${JSON.stringify(readFileSync(id, "utf8"))}`;
        return undefined;
      },
    },
  ],
  // These need packages of their own: `npm run test:package`, `npm run test:outside`, `npm run test:zoo`, `npm run test:arm`.
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/package/**", "test/outside/**", "test/zoo/**", "test/arm/**"],
    setupFiles: ["test/support/operators.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: "100%", // the default leaves a processor idle, half of a small machine
  },
});
