/** A Worker whose model is in an R2 bucket, to be replaced without a deployment. */
import { fromBucket } from "./model.js";
import { createWorker, type Env } from "./worker.js";

interface BucketEnv extends Env {
  readonly MODELS: R2Bucket;
  /** The key of the model. */
  readonly MODEL: string;
}

export default createWorker<BucketEnv>(({ MODELS, MODEL }) => fromBucket(MODELS, MODEL));
