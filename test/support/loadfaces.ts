/** loadFaces() as the entry has it, with the kernels in build/ and the weights of the installed package. */
import { createFacesLoader } from "../../src/faces/load.js";
import { loadModel } from "./load.js";

export const loadFaces = createFacesLoader(loadModel);
