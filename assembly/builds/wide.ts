/** Kernels that the wide build replaces; instantiated on top of the base module. */
export { f32_convolution } from "../f32/convolution";
export { f32_depthwise3x3s1, f32_depthwise3x3s2 } from "../f32/depthwise";
export { f32_pointwise } from "../f32/pointwise";
export { q8_pointwise } from "../q8/pointwise";
export { q8_byteProducts, q8_pointwiseDot } from "../q8/pointwisedot";
