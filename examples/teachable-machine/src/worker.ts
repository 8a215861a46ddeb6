/** A Worker with a model of Teachable Machine inside: a picture in, the score of each of its labels out. */
import { fromCode } from "mobilenet-simd-worker/model.ts";
import { answerPictures } from "mobilenet-simd-worker/one.ts";
import model from "./model.wasm";

// At the top level, so that the isolate's start pays for loading and not its first request. The module holds the labels,
// the crop and the normalisation.
export default answerPictures(fromCode(model), (network, image) => {
  const classes = network.classify(image, { topK: network.labels?.length ?? 5 });
  return { classes: classes.map(({ label, score }) => ({ label, score })) };
});
