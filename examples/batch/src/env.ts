/** What wrangler.jsonc binds. */
export interface Env {
  readonly PICTURES: R2Bucket;
  readonly MODELS: R2Bucket;
  readonly RESULTS: D1Database;
  readonly QUEUE: Queue;
  /** Messages that failed, each to be tried again in a batch of its own. */
  readonly SINGLE: Queue;
  readonly DEAD: Queue;
  /** The key of the model. */
  readonly MODEL: string;
  /** What is asked about each picture: a path of the Worker of the other example, such as /classify. */
  readonly QUESTION: string;
  readonly PICTURE_SECONDS: number;
  /** How often an isolate asks whether the model has changed. */
  readonly MODEL_CHECK_SECONDS: number;
  /** How long messages wait when the model cannot be loaded, or the bucket or the database does not answer. */
  readonly DELAY_SECONDS: number;
  /** A secret: who may fill the queue over HTTP. None: nobody. */
  readonly ENQUEUE_TOKEN?: string;
}
