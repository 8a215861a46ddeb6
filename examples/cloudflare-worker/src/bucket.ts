/** A Worker whose model is in an R2 bucket, to be replaced without a deployment. */
import { fromBucket, IsolateModel } from "./model.ts";
import { createWorker, type Env } from "./worker.ts";

interface BucketEnv extends Env {
  readonly MODELS: R2Bucket;
  /** The key of the model. */
  readonly MODEL: string;
  /** How often an isolate asks whether the model has changed. */
  readonly MODEL_CHECK_SECONDS: number;
}

export default createWorker(
  new IsolateModel<BucketEnv>(
    ({ MODELS, MODEL }, known) => fromBucket(MODELS, MODEL, known),
    ({ MODEL_CHECK_SECONDS }) => MODEL_CHECK_SECONDS,
  ),
);
