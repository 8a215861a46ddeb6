/** The kernels as the host sees them: a compiled module for each build, an instance for each network. */
import { instantiate } from "@assemblyscript/loader";
import type { Build } from "./features.js";

/** Computes rows × channel blocks of the output of a step; assembly/step.ts explains the arguments. */
export type Kernel = (
  step: number,
  panel: number,
  rowBegin: number,
  rowEnd: number,
  blockBegin: number,
  blockEnd: number,
) => void;

/** The exports of assembly/index.ts. */
export type KernelName =
  | `${"f32" | "int8"}_${
      | "activation"
      | "averagepool"
      | "convolution"
      | "depthwise"
      | "depthwise3x3s1"
      | "depthwise3x3s2"
      | "fromBlocks"
      | "toBlocks"
      | "pointwise"
      | "softmax"}`
  | "int8_dequantize"
  | "int8_mean"
  | "int8_quantize"
  | "gather"
  | "pad"
  | "reshape";

export type KernelExports = Record<KernelName, Kernel>;

/** Where the modules come from: each entry of the package has its own way. Called once for each build. */
export type ModuleSource = Record<Build, () => WebAssembly.Module | Promise<WebAssembly.Module>>;

/** The kernels on a memory of their own. */
export async function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<KernelExports> {
  const { exports } = await instantiate<KernelExports & Record<string, unknown>>(module, { env: { memory } });
  return exports;
}
