/** A Worker with a compiled model inside: nothing to read and to pack, so its isolates start soonest. */
import model from "./model.wasm";
import { fromCode, IsolateModel } from "./model.ts";
import { createWorker } from "./worker.ts";

// At the top level, so that the isolate's start pays for it (up to a second of CPU time) and not its first request.
const network = fromCode(model);

export default createWorker(new IsolateModel(() => network));
