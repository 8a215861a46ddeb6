/** The binaries that the compiler links models from, carried as text. */
import standalone from "../../build/standalone.wasm?inline";
import type { Binaries } from "../api/compile.js";
import { inflate, partsOf } from "./inline.js";

export const binaries: Binaries = {
  kernels: partsOf,
  standalone: () => inflate(standalone),
};
