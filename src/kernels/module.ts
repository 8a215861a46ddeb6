/**
 * The type of `mobilenet-simd/kernels.simd.wasm`, `…/kernels.relaxed.wasm` and `…/kernels.rare.wasm` where a `.wasm` file is
 * imported as a compiled module; docs/kernels-abi.md describes its exports.
 */
declare const module: WebAssembly.Module;
export default module;
