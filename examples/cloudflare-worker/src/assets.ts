/** A Worker whose model is one of its static assets, up to 25 MB. */
import { fromAssets } from "./model.js";
import { createWorker, type Env } from "./worker.js";

interface AssetsEnv extends Env {
  readonly ASSETS: Fetcher;
}

export default createWorker<AssetsEnv>(({ ASSETS }) => fromAssets(ASSETS, "model.tflite"));
