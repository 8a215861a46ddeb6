/** What a compiled model has beside its kernels; the compiler links what it needs of it. */
export { alloc } from "./alloc";
export { image } from "./picture";
export { top } from "./top";
export { adjustBias, widen, widenDepthwise } from "./weights";
