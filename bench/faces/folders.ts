/** Where things are. The bundles lie side by side in bench/faces/build, so that this holds in each of them. */

/** bench/faces */
export const FACES = new URL("../", import.meta.url);

/** The repository. */
export const ROOT = new URL("../../../", import.meta.url);
