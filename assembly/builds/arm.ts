/**
 * Kernels for ARM64, in place of those of the base module and, compiled with relaxed SIMD, of the relaxed part. They read the
 * same parameters and weights. 8-bit results are the same.
 */
export { f32_depthwise3x3s1, f32_depthwise3x3s2 } from "../f32/depthwise";
export { f32_pointwise } from "../arm/pointwise";
export { q8_depthwise3x3s1, q8_depthwise3x3s2 } from "../arm/depthwise";
export { q8_byteProducts, q8_pointwiseDot } from "../arm/pointwisedot";
