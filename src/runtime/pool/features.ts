/** Whether this runtime can run threads, and how many. */

/** Returns the reason why this runtime cannot run several threads on one memory; undefined if it can. */
export function whyNoThreads(): string | undefined {
  // Some browsers (WebKitGTK) have no SharedArrayBuffer even in pages that are cross-origin isolated.
  if (globalThis.crossOriginIsolated === false) return "the page is not cross-origin isolated";
  if (typeof SharedArrayBuffer === "undefined") {
    return `this ${globalThis.crossOriginIsolated === undefined ? "runtime" : "browser"} has no shared memory`;
  }
  if (typeof Worker === "undefined" && !globalThis.process?.getBuiltinModule?.("node:worker_threads")) {
    return "this runtime has no worker threads";
  }
  return undefined;
}

/** Number of threads that the machine runs at once. */
export function processors(): number {
  return (
    globalThis.navigator?.hardwareConcurrency ??
    globalThis.process?.getBuiltinModule?.("node:os").availableParallelism() ??
    1
  );
}
