/**
 * Kernels of operators that few networks have: a module of its own, which runs beside the base module in every engine, with
 * relaxed SIMD or without. They have the signature of all kernels, see simd.ts.
 */
export { f32_leakyrelu } from "../f32/leakyrelu";
export { f32_logistic } from "../f32/logistic";
export { f32_maxpool } from "../f32/maxpool";
export { q8_lookup } from "../q8/lookup";
export { q8_maxpool } from "../q8/maxpool";
export { concatenation } from "../move/concatenation";
export { rearrange } from "../move/rearrange";
