/** A Worker with its model inside: nothing to fetch, for models up to a few MB. */
import model from "../model.tflite";
import { createWorker } from "./worker.ts";

export default createWorker(() => model);
