/** A Worker whose model is one of its static assets, up to 25 MB. */
import { fromAssets, IsolateModel } from "./model.ts";
import { createWorker, type Env } from "./worker.ts";

interface AssetsEnv extends Env {
  readonly ASSETS: Fetcher;
}

export default createWorker(new IsolateModel<AssetsEnv>(({ ASSETS }) => fromAssets(ASSETS, "model.tflite")));
