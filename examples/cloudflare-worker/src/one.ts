/** Workers that do one thing: POST a picture, get the answer of a network about it. */
import type { Network, Picture } from "mobilenet-simd";
import { withBody } from "./body.ts";
import { CODEC_MODULES } from "./codecs/modules.ts";
import { Refusal } from "./errors.ts";
import type { Loaded } from "./model.ts";
import { pictureIn } from "./multipart.ts";
import { PictureReader } from "./picture.ts";
import { leastSide } from "./questions.ts";

/** Answers every path. `answer` gets the picture upright; it is gone afterwards. */
export function answerPictures(
  loading: Promise<Loaded>,
  answer: (network: Network, image: Picture) => object,
): ExportedHandler {
  const pictures = new PictureReader(CODEC_MODULES);

  async function respond({ method, headers, body }: Request): Promise<object> {
    if (method !== "POST") throw new Refusal(405, `expected POST, got ${method}`, { allow: "POST" });
    return withBody(body, headers.get("content-length"), async (bytes) => {
      const { network } = await loading;
      const file = pictureIn(bytes, headers.get("content-type"));
      return pictures.show(file, leastSide(network), (image) => answer(network, image));
    });
  }

  return {
    async fetch(request) {
      try {
        return Response.json(await respond(request));
      } catch (error) {
        if (!(error instanceof Refusal)) console.error(error);
        const { status, message, headers } = error instanceof Refusal ? error : new Refusal(500, "internal error");
        return Response.json({ error: message }, { status, headers });
      }
    },
  };
}
