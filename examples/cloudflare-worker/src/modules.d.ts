/** Modules that Wrangler makes of files: its rules are in wrangler.jsonc. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.tflite" {
  const bytes: ArrayBuffer;
  export default bytes;
}
