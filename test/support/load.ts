/** loadModel() as the entries have it, with the kernels in build/. */
import { createLoader } from "../../src/api/load.js";
import { modulesOf } from "./modules.js";

export const loadModel = createLoader(async (kernels, shared) => modulesOf(kernels, shared));
