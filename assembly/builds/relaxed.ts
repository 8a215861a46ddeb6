/**
 * The kernels that relaxed SIMD makes faster. The package carries all kernels once, without it, and these on top of them
 * for engines that have it; index.ts compiled with relaxed SIMD computes the same.
 */
export { f32_convolution } from "../f32/convolution";
export { f32_pointwise } from "../f32/pointwise";
export { q8_dotsUnsigned, q8_pointwiseDot } from "../q8/pointwisedot";
