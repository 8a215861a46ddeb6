/**
 * What `mobilenet-simd/kernels.simd.wasm` and `…/kernels.relaxed.wasm` give where a `.wasm` file is imported as a compiled
 * module; docs/kernels-abi.md describes its exports.
 */
declare const module: WebAssembly.Module;
export default module;
