/**
 * The kernels that MobileNet classifiers need: the base module. Compiled with relaxed SIMD, this file is the whole relaxed
 * module. The other kernels are in rare.ts.
 *
 * Every kernel has the signature (params, tile, rowBegin, rowEnd, blockBegin, blockEnd), see docs/kernels-abi.md. The
 * exceptions are interleave and interleavePairs, which pack weights, q8_byteProducts, which probes the machine, and
 * f32_areFinite, which checks inputs.
 */
export { f32_activation } from "../f32/activation";
export { f32_add } from "../f32/add";
export { f32_averagepool } from "../f32/averagepool";
export { f32_convolution } from "../f32/convolution";
export { f32_depthwise, f32_depthwise3x3s1, f32_depthwise3x3s2 } from "../f32/depthwise";
export { f32_areFinite } from "../f32/finite";
export { f32_fromBlocks, f32_toBlocks } from "../f32/nhwc";
export { f32_pointwise } from "../f32/pointwise";
export { f32_softmax } from "../f32/softmax";
export { q8_activation } from "../q8/activation";
export { q8_add } from "../q8/add";
export { q8_averagepool } from "../q8/averagepool";
export { q8_convolution } from "../q8/convolution";
export { q8_depthwise, q8_depthwise3x3s1, q8_depthwise3x3s2 } from "../q8/depthwise";
export { q8_dequantize, q8_dequantizeNhwc } from "../q8/dequantize";
export { q8_mean } from "../q8/mean";
export { q8_fromBlocks, q8_toBlocks } from "../q8/nhwc";
export { q8_narrow } from "../q8/narrow";
export { q8_pointwise } from "../q8/pointwise";
export { q8_byteProducts, q8_pointwiseDot } from "../q8/pointwisedot";
export { q8_quantize, q8_quantizeNhwc } from "../q8/quantize";
export { q8_softmax } from "../q8/softmax";
export { im2col } from "../move/im2col";
export { interleave, interleavePairs } from "../move/interleave";
export { pad } from "../move/pad";
export { reshape } from "../move/reshape";
