/**
 * The exports of the kernels, that is their ABI: each takes (step, panel, rowBegin, rowEnd, blockBegin, blockEnd), but for
 * those of interleave.ts, which pack weights, and int8_dotsUnsigned, which asks what the machine can do.
 */
export { f32_activation } from "./f32/activation";
export { f32_add } from "./f32/add";
export { f32_averagepool } from "./f32/averagepool";
export { f32_convolution } from "./f32/convolution";
export { f32_depthwise, f32_depthwise3x3s1, f32_depthwise3x3s2 } from "./f32/depthwise";
export { f32_fromBlocks, f32_toBlocks } from "./f32/nhwc";
export { f32_leakyrelu } from "./f32/leakyrelu";
export { f32_logistic } from "./f32/logistic";
export { f32_maxpool } from "./f32/maxpool";
export { f32_pointwise } from "./f32/pointwise";
export { f32_softmax } from "./f32/softmax";
export { int8_activation } from "./int8/activation";
export { int8_add } from "./int8/add";
export { int8_averagepool } from "./int8/averagepool";
export { int8_convolution } from "./int8/convolution";
export { int8_depthwise, int8_depthwise3x3s1, int8_depthwise3x3s2 } from "./int8/depthwise";
export { int8_dequantize, int8_dequantizeNhwc } from "./int8/dequantize";
export { int8_lookup } from "./int8/lookup";
export { int8_maxpool } from "./int8/maxpool";
export { int8_mean } from "./int8/mean";
export { int8_fromBlocks, int8_toBlocks } from "./int8/nhwc";
export { int8_narrow } from "./int8/narrow";
export { int8_pointwise } from "./int8/pointwise";
export { int8_dotsUnsigned, int8_pointwiseDot } from "./int8/pointwisedot";
export { int8_quantize, int8_quantizeNhwc } from "./int8/quantize";
export { int8_softmax } from "./int8/softmax";
export { concatenation } from "./blocks/concatenation";
export { gather } from "./blocks/gather";
export { interleave, interleavePairs } from "./blocks/interleave";
export { pad } from "./blocks/pad";
export { rearrange } from "./blocks/rearrange";
export { reshape } from "./blocks/reshape";
