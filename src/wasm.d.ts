/** The build reads the kernels as base64 text. */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}

/** And the script of the worker threads as it is. */
declare module "*.txt" {
  const text: string;
  export default text;
}
