/**
 * The build for engines that join two neighbouring v128 into one vector of 256 bits (V8's revectorization): what it
 * computes is the same, but in tiles twice as wide, whose vectors come in pairs.
 */
export const WIDE: bool = isDefined(WIDE_BUILD);

