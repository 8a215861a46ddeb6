/** Names of ops/ and window.ts for importers that still use this path. */
export * from "./ops/index.js";
export type { Detection } from "./ops/detection.js";
export type { Activation } from "./ops/module.js";
export { NO_PADDING, samePadding, type Padding, type Size } from "./window.js";
