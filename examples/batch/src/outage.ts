/** Whether a failure is an outage of what all messages need, so that no message is at fault. */
import { within } from "mobilenet-simd-worker/within.ts";
import type { Env } from "./env.ts";

const MOST_SECONDS = 5;

/** Asks the bucket and the database for next to nothing. Returns true if either fails or takes longer than 5 s. */
export async function isOutage({ PICTURES, RESULTS }: Env): Promise<boolean> {
  const answers = Promise.all([PICTURES.list({ limit: 1 }), RESULTS.prepare("SELECT 1").first()]);
  try {
    await within(MOST_SECONDS, answers, () => new Error(`no answer in ${MOST_SECONDS} s`));
    return false;
  } catch (error) {
    console.error("the bucket or the database does not answer:", error);
    return true;
  }
}
