/**
 * Kernels that replace the base module's in JavaScriptCore with relaxed SIMD. Compiled at -O2: at -O3 Binaryen nests the sums
 * of an accumulator, so that more vectors are live at once, and JavaScriptCore spills them.
 */
export { f32_convolution } from "../f32/convolution";
export { f32_depthwise3x3s1, f32_depthwise3x3s2 } from "../f32/depthwise";
export { f32_pointwise } from "../f32/pointwise";
export { q8_dotsUnsigned, q8_pointwiseDot } from "../q8/pointwisedot";
