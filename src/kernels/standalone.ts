/** The binaries that the compiler links models from, carried as text. */
import * as standalone from "../../build/standalone.wasm?inline";
import type { Binaries } from "../api/compile.js";
import { binaryOf, partsOf, rarePart } from "./inline.js";

export const binaries: Binaries = {
  kernels: async (kernels) => [...(await partsOf(kernels)), await rarePart()],
  standalone: () => binaryOf(standalone),
};
