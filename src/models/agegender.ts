/** A small Xception (Chollet 2017, arXiv 1610.02357) that estimates age and gender from a face. */
import type { Graph } from "../ir/graph.js";
import { StoredLayers, type StoredWeights } from "./stored.js";

/**
 * The network: input float32 [1, 112, 112, 3]; outputs age in years [1, 1] and gender logits [1, 2], male first.
 *
 * @throws FormatError for weights that are missing or of another shape.
 */
export function ageGender(weights: StoredWeights): Graph {
  const net = new StoredLayers(weights);
  let x = net.input("input", [1, 112, 112, 3]);
  x = net.convolution("entry_flow/conv_in", x, 32, 3, 2, "relu");
  x = reduction(net, "entry_flow/reduction_block_0", x, x, 64);
  x = reduction(net, "entry_flow/reduction_block_1", x, activated(net, "entry_flow/reduction_block_1", x), 128);
  x = main(net, "middle_flow/main_block_0", x);
  x = main(net, "middle_flow/main_block_1", x);
  x = reduction(net, "exit_flow/reduction_block", x, activated(net, "exit_flow/reduction_block", x), 256);
  x = net.separable("exit_flow/separable_conv", x, 512, 1, "relu");
  x = net.globalPool("pool", x);
  return net.graph([net.fullyConnected("fc/age", x, 1), net.fullyConnected("fc/gender", x, 2)]);
}

/** Two separable convolutions and a pool, beside a pointwise convolution with a stride; `y` is `x`, activated or not. */
function reduction(net: StoredLayers, name: string, x: number, y: number, channels: number): number {
  const first = net.separable(`${name}/separable_conv0`, y, channels, 1, "relu");
  const second = net.separable(`${name}/separable_conv1`, first, channels, 1, "none");
  const pooled = net.maxPool(`${name}/pool`, second, 3, 2);
  return net.sum(name, pooled, net.convolution(`${name}/expansion_conv`, x, channels, 1, 2, "none"), "none");
}

/** Three separable convolutions, each of something activated, beside nothing. */
function main(net: StoredLayers, name: string, x: number): number {
  let y = activated(net, name, x);
  y = net.separable(`${name}/separable_conv0`, y, 128, 1, "relu");
  y = net.separable(`${name}/separable_conv1`, y, 128, 1, "relu");
  y = net.separable(`${name}/separable_conv2`, y, 128, 1, "none");
  return net.sum(name, x, y, "none");
}

function activated(net: StoredLayers, name: string, x: number): number {
  return net.activation(`${name}/relu`, x, "relu");
}
