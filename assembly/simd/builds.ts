/**
 * True in the wide build, for engines that join two neighbouring v128 into one vector of 256 bits (V8's revectorization).
 * Its kernels compute the same results in tiles twice as wide, whose vectors come in pairs.
 */
export const WIDE: bool = isDefined(WIDE_BUILD);

/** True in the part for ARM64, which has 32 registers, and minimum and maximum as one instruction each. */
export const ARM: bool = isDefined(ARM_BUILD);

/**
 * True where a tile adds the offset of a pixel to the address instead of folding it into v128.load32_splat. JavaScriptCore
 * compiles the load to one instruction without an offset and to three with one; V8 spends one addition either way. The
 * simd build keeps offsets, because nobody measured the addition on Node 20; the wide build runs on V8 only.
 */
export const ADD_OFFSETS: bool = ASC_FEATURE_RELAXED_SIMD && !WIDE;
