/** Models compiled to WebAssembly, with the binaries that the build left. */
import { createCompiler } from "../../src/api/compile.js";
import { concat, name, unsigned } from "../../src/compiler/emit/bytes.js";
import { SECTION_NAME, type Description } from "../../src/compiler/emit/description.js";
import { sectionsOf, type Section } from "../../src/compiler/emit/parse.js";
import { bestKernels } from "../../src/runtime/features.js";
import { buildFile } from "./modules.js";

export const compile = createCompiler({
  kernels: async (build) =>
    ["kernels.simd.wasm", ...(build === "relaxed" ? ["relaxed.wasm"] : []), "kernels.rare.wasm"].map(buildFile),
  standalone: async () => buildFile("standalone.wasm"),
});

/** The kernels that this Node can run a compiled model with. */
export const KERNELS: readonly ("simd" | "relaxed")[] = bestKernels() === "relaxed" ? ["simd", "relaxed"] : ["simd"];

/** The exports of a compiled model as JavaScript sees them. */
export interface CompiledExports {
  readonly memory: WebAssembly.Memory;
  alloc(bytes: number): number;
  input(index: number): number;
  output(index: number): number;
  run(): number;
  image(address: number, width: number, height: number, channels: number, rowBytes: number): number;
  top(k: number, address: number): number;
  byteProducts?(): number;
}

/** Instantiates a compiled model as any host would, without this package. */
export async function instantiatePlainly(code: Uint8Array<ArrayBuffer>): Promise<CompiledExports> {
  const { instance } = await WebAssembly.instantiate(code);
  return instance.exports as unknown as CompiledExports;
}

/** What the custom section of a compiled model says. */
export function describeCompiled(code: Uint8Array<ArrayBuffer>): Description {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(code), SECTION_NAME);
  return JSON.parse(new TextDecoder().decode(section)) as Description;
}

/** The module with each section's body changed. */
export function withSections(
  code: Uint8Array<ArrayBuffer>,
  change: (section: Section) => Uint8Array | readonly number[],
): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(code).map((section) => {
    const body = change(section);
    return concat([[section.id, ...unsigned(body.length)], body]);
  });
  return concat([code.subarray(0, 8), ...sections]);
}

/** The module with another description. */
export function withDescription(code: Uint8Array<ArrayBuffer>, description: unknown): Uint8Array<ArrayBuffer> {
  const section = concat([name(SECTION_NAME), new TextEncoder().encode(JSON.stringify(description))]);
  return withSections(code, ({ id, body }) => (id === 0 ? section : body));
}
