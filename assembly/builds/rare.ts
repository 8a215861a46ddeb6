/**
 * Kernels of operators that few networks have: a module of its own, which runs beside the base module in every engine, with
 * relaxed SIMD or without. They have the signature of all kernels, see simd.ts.
 */
export * from "../f32/binary";
export * from "../f32/elementwise";
export { f32_leakyrelu } from "../f32/leakyrelu";
export { f32_maxpool } from "../f32/maxpool";
export * from "../q8/binary";
export { f32_l2normalization } from "../f32/l2normalization";
export { f32_reduceMax, f32_reduceMin, f32_reduceSum } from "../f32/reduce";
export { f32_resizeBilinear } from "../f32/resizebilinear";
export { q8_lookup } from "../q8/lookup";
export { q8_maxpool } from "../q8/maxpool";
export { q8_reduceMax, q8_reduceMin, q8_reduceSum } from "../q8/reduce";
export { q8_resizeBilinear } from "../q8/resizebilinear";
export { concatenation } from "../move/concatenation";
export { depthToSpace } from "../move/depthtospace";
export { rearrange } from "../move/rearrange";
