/** A compiled module, as Workers import it. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

/** The same, as edge runtimes import it. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

/** The bytes, deflated, as base64 text, which the build puts in place of the import. */
declare module "*.wasm?inline" {
  const base64: string;
  export default base64;
}

/** And the script of the worker threads as it is. */
declare module "*.txt" {
  const text: string;
  export default text;
}

/** The version in package.json, which the build puts in. */
declare const PACKAGE_VERSION: string;
