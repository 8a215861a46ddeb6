/** Tiny YOLO (Redmon and Farhadi 2017, arXiv 1612.08242) with separable convolutions, trained to find faces. */
import type { Graph } from "../ir/graph.js";
import { StoredLayers, type StoredWeights } from "./stored.js";

const CHANNELS = [32, 64, 128, 256, 512];
const SLOPE = Math.fround(0.1);

/**
 * The network: input float32 [1, 416, 416, 3]; output [1, 13, 13, 25], five numbers for each of five boxes in a cell.
 *
 * @throws FormatError for weights that are missing or of another shape.
 */
export function tinyFaceDetector(weights: StoredWeights, resolution = 416): Graph {
  const net = new StoredLayers(weights);
  let x = net.input("input", [1, resolution, resolution, 3]);
  x = net.unpaddedConvolution("conv0", x, 16, 3);
  x = net.maxPool("pool0", net.leakyRelu("conv0/leaky", x, SLOPE), 2, 2);
  for (const [index, channels] of CHANNELS.entries()) {
    const name = `conv${index + 1}`;
    x = net.leakyRelu(`${name}/leaky`, net.separable(name, x, channels, 1, "none"), SLOPE);
    x = net.maxPool(`pool${index + 1}`, x, 2, index === CHANNELS.length - 1 ? 1 : 2);
  }
  return net.graph([net.convolution("conv8", x, 25, 1, 1, "none")]);
}
