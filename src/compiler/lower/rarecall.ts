/** Calls of rare kernels. */
import { RARE_KERNELS, RARE_LAYOUTS } from "../../../build/abi.rare.js";
import type { RareKernels } from "../../../build/abi.js";
import type { Call, CallOptions, ParamsOf } from "../call.js";

/** A call of a kernel of the rare module, with the parameters that this kernel takes. */
export function rareCall<K extends keyof RareKernels>(kernel: K, params: ParamsOf<K>, options: CallOptions): Call {
  return { kernel, params, layout: RARE_LAYOUTS[RARE_KERNELS[kernel]], isRare: true, ...options };
}
