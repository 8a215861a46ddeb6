/** A Worker with a .tflite model inside, for models that cannot be compiled, such as detectors. */
import model from "../model.tflite";
import { fromCode, IsolateModel } from "./model.ts";
import { createWorker } from "./worker.ts";

// At the top level, so that the isolate's start pays for it (up to a second of CPU time) and not its first request.
const network = fromCode(model);

export default createWorker(new IsolateModel(() => network));
