/** The engines by name. Each is loaded only where it is used, so that none pays for the others. */
import type { Engine } from "./engine.js";

export const ENGINES = {
  ours: async () => (await import("./ours.js")).ours,
  before: async () => (await import("./ours.js")).before,
  "ours-wide": async () => (await import("./ours.js")).wide,
  tfjs: async () => (await import("./tfjs.js")).tfjs,
  ort: async () => (await import("./ort.js")).ort,
  litert: async () => (await import("./litert.js")).litert,
  tflite: async () => (await import("./tflite.js")).tflite,
  "ort-native": async () => (await import("./ort-native.js")).ortNative,
} as const satisfies Record<string, () => Promise<Engine>>;

export type EngineName = keyof typeof ENGINES;

export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[];

/** The engines in WebAssembly that ours is measured against; ort-native, native code, is a mark and no rival. */
export const RIVALS: readonly EngineName[] = ["tfjs", "ort", "litert", "tflite"];
