/** What a network costs by the types of layer that Table 2 of the paper tells apart. */
import type { Layer } from "../ir/layers.js";

/** What layers cost together. */
export interface Tally {
  readonly multAdds: number;
  /** Without biases, as the paper counts parameters. */
  readonly weights: number;
}

/** The sums over layers, or over tallies. */
export function totalOf(tallies: Iterable<Tally>): Tally {
  let [multAdds, weights] = [0, 0];
  for (const each of tallies) {
    multAdds += each.multAdds;
    weights += each.weights;
  }
  return { multAdds, weights };
}

/** The type of the classifier. */
export const FULLY_CONNECTED = "Fully connected";

/**
 * The types of layers in the words of Table 2: "Conv 1×1", "Conv DW 3×3", "Conv 3×3" or "Fully connected", which a
 * convolution of pooled features is, too; undefined for what costs nothing.
 */
export function typesOf(layers: readonly Layer[]): (string | undefined)[] {
  let pooled = false;
  return layers.map(({ type, kernel, multAdds }) => {
    pooled ||= type === "mean" || type === "averagepool";
    if (!multAdds) return undefined;
    if (pooled || type === "fullyconnected") return FULLY_CONNECTED;
    return `${type === "depthwise" ? "Conv DW" : "Conv"} ${kernel!.join("×")}`;
  });
}

/** The sums over the layers of each type; most mult-adds first. */
export function tallyTypes(layers: readonly Layer[]): Map<string, Tally> {
  const sums = new Map<string, Tally>();
  for (const [index, type] of typesOf(layers).entries()) {
    if (type !== undefined) sums.set(type, totalOf([layers[index]!, ...(sums.has(type) ? [sums.get(type)!] : [])]));
  }
  return new Map([...sums].toSorted(([, a], [, b]) => b.multAdds - a.multAdds));
}
