/** Expressions and landmarks of a face: blocks of separable convolutions whose outputs are added up, then one layer. */
import type { Graph } from "../ir/graph.js";
import { StoredLayers, type StoredWeights } from "./stored.js";

/** The channels of each block; every one halves the picture. */
const BLOCKS = [32, 64, 128, 256];

/** Layers of a block after its first, which keep the size. */
const LAYERS = 3;

/** Input float32 [1, 112, 112, 3]; output logits [1, 7]: neutral, happy, sad, angry, fearful, disgusted, surprised. */
export function faceExpression(weights: StoredWeights): Graph {
  return facePredictor(weights, 7);
}

/** Input float32 [1, 112, 112, 3]; output [1, 136]: x0, y0, x1, y1, … of 68 points, 0…1 being the input. */
export function faceLandmarks(weights: StoredWeights): Graph {
  return facePredictor(weights, 136);
}

/** Throws FormatError for weights that are missing or of another shape. */
function facePredictor(weights: StoredWeights, outputs: number): Graph {
  const net = new StoredLayers(weights);
  let x = net.input("input", [1, 112, 112, 3]);
  for (const [index, channels] of BLOCKS.entries()) {
    const name = `dense${index}`;
    x =
      index === 0
        ? net.convolution(`${name}/conv0`, x, channels, 3, 2, "relu")
        : net.separable(`${name}/conv0`, x, channels, 2, "relu");
    // Sums are activated before they are read, but go on as they are.
    let sum = x;
    for (let layer = 1; layer <= LAYERS; ++layer) {
      const made = net.separable(`${name}/conv${layer}`, x, channels, 1, "none");
      sum = net.sum(`${name}/sum${layer}`, sum, made, "none");
      x = net.activation(`${name}/relu${layer}`, sum, "relu");
    }
  }
  return net.graph([net.fullyConnected("fc", net.globalPool("pool", x), outputs)]);
}
