/** A Worker that rates pictures with the MobileNet V2 of nsfwjs: a picture in, five probabilities out. */
import { fromCode } from "mobilenet-simd-worker/model.ts";
import { answerPictures } from "mobilenet-simd-worker/one.ts";
import { inputOf } from "./input.ts";
import model from "./model.wasm";

// At the top level, so that the isolate's start pays for loading and not its first request.
export default answerPictures(fromCode(model), (network, image) => {
  const [output] = network.run(inputOf(image));
  const classes = Array.from(output!.data, (score, index) => ({ label: network.labels?.[index], score }));
  return { classes: classes.toSorted((a, b) => b.score - a.score) };
});
