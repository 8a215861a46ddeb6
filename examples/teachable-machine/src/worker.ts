/** A Worker with a model of Teachable Machine inside: a picture in, the score of each of its labels out. */
import { withBody } from "mobilenet-simd-worker/body.ts";
import { CODEC_MODULES } from "mobilenet-simd-worker/codecs/modules.ts";
import { Refusal } from "mobilenet-simd-worker/errors.ts";
import { fromCode } from "mobilenet-simd-worker/model.ts";
import { pictureIn } from "mobilenet-simd-worker/multipart.ts";
import { PictureReader } from "mobilenet-simd-worker/picture.ts";
import { leastSide } from "mobilenet-simd-worker/questions.ts";
import model from "./model.wasm";

// At the top level, so that the isolate's start pays for it and not its first request.
const loading = fromCode(model);
const pictures = new PictureReader(CODEC_MODULES);

/** All labels with their scores, highest first. The module holds the labels, the crop and the normalisation. */
async function classify({ method, headers, body }: Request): Promise<object> {
  if (method !== "POST") throw new Refusal(405, `expected POST, got ${method}`, { allow: "POST" });
  return withBody(body, headers.get("content-length"), async (bytes) => {
    const { network } = await loading;
    const topK = network.labels?.length ?? 5;
    const file = pictureIn(bytes, headers.get("content-type"));
    const classes = await pictures.show(file, leastSide(network), (image) => network.classify(image, { topK }));
    return { classes: classes.map(({ label, score }) => ({ label, score })) };
  });
}

export default {
  async fetch(request) {
    try {
      return Response.json(await classify(request));
    } catch (error) {
      if (!(error instanceof Refusal)) console.error(error);
      const { status, message, headers } = error instanceof Refusal ? error : new Refusal(500, "internal error");
      return Response.json({ error: message }, { status, headers });
    }
  },
} satisfies ExportedHandler;
