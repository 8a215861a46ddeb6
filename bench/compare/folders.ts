/** Where things are. All bundles lie side by side in bench/compare/build, so that this holds in each of them. */

/** bench/compare */
export const COMPARE = new URL("../", import.meta.url);

/** The repository. */
export const ROOT = new URL("../../../", import.meta.url);
