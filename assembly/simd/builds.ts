/**
 * True in the wide build, for engines that join two neighbouring v128 into one vector of 256 bits (V8's revectorization).
 * Its kernels compute the same results in tiles twice as wide, whose vectors come in pairs.
 */
export const WIDE: bool = isDefined(WIDE_BUILD);
