/** A Worker whose model is in an R2 bucket, to be replaced without a deployment. */
import { fromBucket } from "./model.ts";
import { createWorker, type Env } from "./worker.ts";

interface BucketEnv extends Env {
  readonly MODELS: R2Bucket;
  /** The key of the model. */
  readonly MODEL: string;
}

export default createWorker<BucketEnv>(({ MODELS, MODEL }) => fromBucket(MODELS, MODEL));
