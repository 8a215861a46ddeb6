/** The meaning of a graph's outputs: class scores, detections, and the features before them. */
import type { Graph } from "../ir/graph.js";
import { describeLayers, type Layer } from "../ir/layers.js";
import { featureMap, type Tensor } from "../ir/tensor.js";

/** Where a detector's results are among the outputs of its network. */
export interface DetectionOutputs {
  /** Indices of the outputs with boxes, classes, scores and the number of detections. */
  readonly places: readonly [number, number, number, number];
  /** Number of classes, without the background. */
  readonly classes: number;
}

/** What a network knows of its model. */
export interface ModelDescription {
  /** Without elements. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly layers: readonly Layer[];
  /** Whether the first output comes out of a softmax. */
  readonly endsInSoftmax: boolean;
  /** The outputs of a detector. */
  readonly detections: DetectionOutputs | undefined;
}

/** Returns undefined if the network is not a detector, or if an output of its detection operator is not an output. */
export function detectionOutputs({ ops, outputs }: Graph): DetectionOutputs | undefined {
  const op = ops.find(({ type }) => type === "detection");
  if (op?.type !== "detection") return undefined;
  const places = op.outputs.map((tensor) => outputs.indexOf(tensor)) as [number, number, number, number];
  return places.includes(-1) ? undefined : { places, classes: op.classes };
}

/** Whether a graph's first output is the result of a softmax. */
export function endsInSoftmax({ ops, outputs }: Graph): boolean {
  let tensor = outputs[0]!;
  for (const op of ops.toReversed()) {
    if (op.outputs[0] !== tensor) continue;
    if (op.type !== "reshape" && op.type !== "dequantize" && op.type !== "quantize") return op.type === "softmax";
    tensor = op.inputs[0]!;
  }
  return false;
}

/** Returns the tensor with the pooled features: the output of the last pooling that leaves one pixel per image. */
export function pooledFeatures({ ops, tensors }: Graph): number | undefined {
  const pooling = ops.findLast(({ type, outputs }) => {
    const { shape } = tensors[outputs[0]!]!;
    const { height, width } = featureMap(shape);
    return (type === "averagepool" || type === "mean") && (shape.length === 2 || (height === 1 && width === 1));
  });
  return pooling?.outputs[0];
}

/** Returns the numbers of labels that a caller may give: as labelCounts() does, for any output. */
export function explicitCounts(graph: Graph): number[] {
  if (detectionOutputs(graph)) return labelCounts(graph);
  return graph.outputs.map((index) => graph.tensors[index]!.shape.at(-1) ?? 1);
}

/** Returns the possible numbers of labels: one per class, and for detectors also one more, for the background. */
export function labelCounts(graph: Graph): number[] {
  const detector = detectionOutputs(graph);
  if (detector) return [detector.classes, detector.classes + 1];
  return [graph.tensors[graph.outputs[0]!]!.shape.at(-1) ?? 1];
}

/** Returns what a network knows of its model. */
export function describeModel(graph: Graph): ModelDescription {
  return {
    inputs: graph.inputs.map((index) => graph.tensors[index]!),
    outputs: graph.outputs.map((index) => graph.tensors[index]!),
    layers: describeLayers(graph),
    endsInSoftmax: endsInSoftmax(graph),
    detections: detectionOutputs(graph),
  };
}
