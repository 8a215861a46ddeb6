/** What can be asked about a picture. */
import { UnsupportedError, type Detection, type Picture, type Network } from "mobilenet-simd";
import { Refusal } from "./errors.ts";

/** Width and height of a whole picture, which may have been decoded to a smaller one. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Reads its options from a query, before the picture is there, and gives what then answers. */
export type Question = (query: URLSearchParams) => (net: Network, image: Picture, whole: Extent) => object;

const MOST_CLASSES = 100;

/** The most probable classes; `top` says how many. */
const classify: Question = (query) => {
  const topK = Number(query.get("top") ?? 5);
  if (!Number.isInteger(topK) || topK < 1 || topK > MOST_CLASSES) {
    throw new Refusal(400, `"top" expected a whole number from 1 to ${MOST_CLASSES}`);
  }
  return (net, image) => ({ classes: net.classify(image, { topK }) });
};

/** Things and where they are, in pixels of the whole picture; those with a higher score than `score`. */
const detect: Question = (query) => {
  const scoreThreshold = Number(query.get("score") ?? 0.5);
  if (!(scoreThreshold >= 0 && scoreThreshold <= 1)) {
    throw new Refusal(400, '"score" expected a number from 0 to 1');
  }
  return (net, image, whole) => {
    const [across, down] = [whole.width / image.width, whole.height / image.height];
    const detections = detected(net, image, scoreThreshold).map(({ box: { x, y, width, height }, ...rest }) => ({
      box: { x: x * across, y: y * down, width: width * across, height: height * down },
      ...rest,
    }));
    return { detections };
  };
};

function detected(net: Network, image: Picture, scoreThreshold: number): Detection[] {
  try {
    return net.detect(image, { scoreThreshold });
  } catch (error) {
    if (error instanceof UnsupportedError) throw new Refusal(404, "the model here is no detector");
    throw error;
  }
}

/** By path. */
export const QUESTIONS: ReadonlyMap<string, Question> = new Map([
  ["/classify", classify],
  ["/detect", detect],
]);

/** What classify() and its like keep of each side of a picture. */
const CROP = 0.875;

/** How small a picture may be decoded: so that each pixel of the network's input still has one of its own. */
export function leastSide({ inputs }: Network): number {
  const [, height = 1, width = 1] = inputs[0]!.shape;
  return Math.ceil(Math.max(height, width) / CROP);
}
