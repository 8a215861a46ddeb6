/**
 * Kernels that relaxed SIMD makes faster. The package contains all kernels once, without relaxed SIMD, and instantiates
 * these on top of the base module in engines that support it.
 */
export { f32_convolution } from "../f32/convolution";
export { f32_pointwise } from "../f32/pointwise";
export { q8_byteProducts, q8_pointwiseDot } from "../q8/pointwisedot";
