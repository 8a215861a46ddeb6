/** The part of the library that is needed, in a module of its own so that the rest of it is left out of the bundle. */
export { unzipSync } from "fflate";
