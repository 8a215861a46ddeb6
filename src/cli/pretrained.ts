/** Models that a command names: files, or pretrained ones that are fetched. */
import { SingleBar } from "cli-progress";
import { fetchModel } from "../models/fetch.js";
import { isModelName } from "../models/registry.js";

const TIMEOUT_MS = 600_000;

/** The bytes of a pretrained model for its name; any other text is a path or URL, and stays as it is. */
export async function findModel(model: string): Promise<Uint8Array | string> {
  if (!isModelName(model)) return model;
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: "fetching the model {bar} {value}/{total} bytes", stream: process.stderr })
    : undefined;
  let isShown = false;
  try {
    return await fetchModel(model, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      onProgress: ({ received, total }) => {
        if (!isShown) bar?.start(total, received);
        isShown = true;
        bar?.update(received);
      },
    });
  } finally {
    bar?.stop();
  }
}
