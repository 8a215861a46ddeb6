/**
 * True in the wide build, for engines that join two neighbouring v128 into one vector of 256 bits (V8's revectorization).
 * Its kernels compute the same results in tiles twice as wide, whose vectors come in pairs.
 */
export const WIDE: bool = isDefined(WIDE_BUILD);

/**
 * True in the build for JavaScriptCore: a tile adds the offset of a pixel to the address instead of folding it into the
 * load. The engine compiles v128.load32_splat to one instruction without an offset and to three with one. V8 folds the
 * offset for free and would only spend the addition.
 */
export const ADD_OFFSETS: bool = isDefined(JSC_BUILD);
