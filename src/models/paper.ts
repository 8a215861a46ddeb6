/** What the paper prints about cost (Howard et al. 2017, arXiv 1704.04861, Tables 2 to 7), and our figures beside it. */
import { convolutionMultAdds, separableMultAdds, type LayerSize } from "../ir/cost.js";
import { describeLayers } from "../ir/layers.js";
import { mobileNetV1, type MobileNetOptions } from "./mobilenetv1.js";
import { FULLY_CONNECTED, tallyTypes, totalOf, type Tally } from "./tally.js";

export interface PaperFigure {
  /** Number of the table. */
  readonly table: number;
  /** The row, in the paper's words. */
  readonly row: string;
  readonly quantity: "mult-adds" | "parameters";
  /** Shares of the network, or millions. */
  readonly unit: "%" | "M";
  /** The digits in the paper. */
  readonly printed: string;
  /** Our figure: weights without biases, the classifier with 1000 classes included. */
  readonly ours: number;
  /** Why ours has other digits. */
  readonly exception?: Exception;
}

export interface Exception {
  readonly reason: string;
  /** The figure by the convention that gives the paper's digits; a misprint has none. */
  readonly value?: number;
}

const MISPRINT: Exception = { reason: "a misprint of 1.91, with which the column adds up to 100" };

/** Every figure on mult-adds and parameters of Tables 2 to 7, in the order of the paper. */
export function paperFigures(): PaperFigure[] {
  const whole = costOfNetwork({});
  const narrow = costOfNetwork({ alpha: 0.75 });
  const convolutional = costOfNetwork({ variant: "convolutional" });
  const at160 = costOfNetwork({ resolution: 160 });
  return [
    ...typeFigures("Conv 1×1", ["94.86", "74.59"], whole),
    ...typeFigures("Conv DW 3×3", ["3.06", "1.06"], whole),
    ...typeFigures("Conv 3×3", ["1.19", "0.02"], whole, MISPRINT),
    ...typeFigures("Fully connected", ["0.18", "24.33"], whole),
    ...layerFigures("Convolution", ["462", "2.36"], convolutionMultAdds, 512, 14),
    ...layerFigures("Depthwise Separable Conv", ["52.3", "0.27"], separableMultAdds, 512, 14),
    ...layerFigures("α = 0.75", ["29.6", "0.15"], separableMultAdds, 0.75 * 512, 14),
    ...layerFigures("ρ = 0.714", ["15.1", "0.15"], separableMultAdds, 0.75 * 512, 10),
    ...networkFigures(4, "Conv MobileNet", ["4866", "29.3"], convolutional, withoutClassifier(convolutional)),
    ...networkFigures(4, "MobileNet", ["569", "4.2"], whole),
    ...networkFigures(5, "0.75 MobileNet", ["325", "2.6"], narrow),
    ...networkFigures(5, "Shallow MobileNet", ["307", "2.9"], costOfNetwork({ variant: "shallow" })),
    ...networkFigures(6, "1.0 MobileNet-224", ["569", "4.2"], whole),
    ...networkFigures(6, "0.75 MobileNet-224", ["325", "2.6"], narrow),
    ...networkFigures(6, "0.5 MobileNet-224", ["149", "1.3"], costOfNetwork({ alpha: 0.5 })),
    ...networkFigures(6, "0.25 MobileNet-224", ["41", "0.5"], costOfNetwork({ alpha: 0.25 })),
    ...networkFigures(7, "1.0 MobileNet-224", ["569", "4.2"], whole),
    ...networkFigures(7, "1.0 MobileNet-192", ["418", "4.2"], costOfNetwork({ resolution: 192 })),
    ...networkFigures(7, "1.0 MobileNet-160", ["290", "4.2"], at160, withoutClassifier(at160)),
    ...networkFigures(7, "1.0 MobileNet-128", ["186", "4.2"], costOfNetwork({ resolution: 128 })),
  ];
}

/** A network's cost by the types of its layers. */
type NetworkCost = ReadonlyMap<string, Tally>;

/** The digits of a row: mult-adds and parameters. */
type Printed = readonly [multAdds: string, parameters: string];

function costOfNetwork(options: MobileNetOptions): NetworkCost {
  return tallyTypes(describeLayers(mobileNetV1(options)));
}

function withoutClassifier(network: NetworkCost): Exception {
  const { multAdds } = totalOf([...network].filter(([type]) => type !== FULLY_CONNECTED).map(([, tally]) => tally));
  return { reason: "mult-adds without the classifier", value: multAdds / 1e6 };
}

/** A row of Table 2: the share of a type of layer. */
function typeFigures(type: string, printed: Printed, network: NetworkCost, exception?: Exception): PaperFigure[] {
  const total = totalOf(network.values());
  const { multAdds, weights } = network.get(type)!;
  const shares = { multAdds: (100 * multAdds) / total.multAdds, weights: (100 * weights) / total.weights };
  return figures(2, type, "%", printed, shares, exception);
}

/** A row of Table 3: a layer of so many channels, in and out, and so many pixels a side. */
function layerFigures(
  row: string,
  printed: Printed,
  multAddsOf: (size: LayerSize) => number,
  channels: number,
  side: number,
): PaperFigure[] {
  const size: LayerSize = { kernel: [3, 3], depth: channels, channels, map: [side, side] };
  const cost = { multAdds: multAddsOf(size) / 1e6, weights: multAddsOf({ ...size, map: [1, 1] }) / 1e6 };
  return figures(3, row, "M", printed, cost);
}

/** A row of Tables 4 to 7: a whole network. */
function networkFigures(
  table: number,
  row: string,
  printed: Printed,
  network: NetworkCost,
  exception?: Exception,
): PaperFigure[] {
  const { multAdds, weights } = totalOf(network.values());
  return figures(table, row, "M", printed, { multAdds: multAdds / 1e6, weights: weights / 1e6 }, exception);
}

/** The two figures of a row; the exceptions are all among the mult-adds. */
function figures(
  table: number,
  row: string,
  unit: "%" | "M",
  [multAdds, parameters]: Printed,
  ours: Tally,
  exception?: Exception,
): PaperFigure[] {
  return [
    {
      table,
      row,
      quantity: "mult-adds",
      unit,
      printed: multAdds,
      ours: ours.multAdds,
      ...(exception && { exception }),
    },
    { table, row, quantity: "parameters", unit, printed: parameters, ours: ours.weights },
  ];
}
