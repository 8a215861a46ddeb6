/** A Worker with its model inside: nothing to fetch, for models up to a few MB. */
import model from "../model.tflite";
import { fromBytes, IsolateModel } from "./model.ts";
import { createWorker } from "./worker.ts";

// While the isolate starts, which may take a second of CPU time, and not in its first request, which may not.
const network = fromBytes(model);

export default createWorker(new IsolateModel(() => network));
