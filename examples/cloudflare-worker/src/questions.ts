/** What can be asked about a picture. */
import type { Image, Network } from "mobilenet-simd";
import { Refusal } from "./errors.ts";

/** Reads its options from a query, before the picture is there, and gives what then answers. */
export type Question = (query: URLSearchParams) => (net: Network, image: Image) => object;

const MOST_CLASSES = 100;

/** The most probable classes; `top` says how many. */
const classify: Question = (query) => {
  const topK = Number(query.get("top") ?? 5);
  if (!Number.isInteger(topK) || topK < 1 || topK > MOST_CLASSES) {
    throw new Refusal(400, `"top" expected a whole number from 1 to ${MOST_CLASSES}`);
  }
  return (net, image) => ({ classes: net.classify(image, { topK }) });
};

/** By path. */
export const QUESTIONS: ReadonlyMap<string, Question> = new Map([["/classify", classify]]);

/** What classify() and its like keep of each side of a picture. */
const CROP = 0.875;

/** How small a picture may be decoded: so that each pixel of the network's input still has one of its own. */
export function leastSide({ inputs }: Network): number {
  const [, height = 1, width = 1] = inputs[0]!.shape;
  return Math.ceil(Math.max(height, width) / CROP);
}
