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

/** A binary of build/ as text, which the build puts in place of the import. */
declare module "*.wasm?inline" {
  /** Its bytes, deflated, in base64. */
  const text: string;
  export default text;
  /** Its name in build/, and its number of bytes. */
  export const file: string;
  export const size: number;
}

/** And the script of the worker threads as it is. */
declare module "*.txt" {
  const text: string;
  export default text;
}

/** The version in package.json, which the build puts in. */
declare const PACKAGE_VERSION: string;
