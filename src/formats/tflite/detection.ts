/** The custom operator with which detectors end. */
import { FormatError } from "../../errors.js";
import { outputShapes, type Op, type OpOf } from "../../ir/ops/index.js";
import { readFlexMap } from "./flexbuffer.js";
import { expectTensor, type Source } from "./source.js";

const MOST_DETECTIONS = 100_000;

/** The shapes of the outputs are not in all files: converters do not know the operator. */
export function readDetection({ customOptions, inputs, outputs, tensors }: Source): Op {
  if (!customOptions) throw new FormatError("expected options, got none");
  const options = readFlexMap(customOptions);
  for (const index of inputs) expectTensor(tensors, index, "input");
  if (inputs.length !== 3) throw new FormatError(`expected 3 inputs, got ${inputs.length}`);
  const real = (name: string) => {
    const value = Math.fround(options.get(name) ?? NaN);
    if (!Number.isFinite(value)) throw new FormatError(`${name} expected a number, got ${options.get(name)}`);
    return value;
  };
  const count = (name: string, fallback?: number) => {
    const value = options.get(name) ?? fallback;
    if (!(Number.isInteger(value) && value! >= 1 && value! <= MOST_DETECTIONS)) {
      throw new FormatError(`${name} expected a whole number from 1 to ${MOST_DETECTIONS}, got ${value}`);
    }
    return value!;
  };
  const op: OpOf<"detection"> = {
    type: "detection",
    inputs,
    outputs,
    maxDetections: count("max_detections"),
    maxClasses: count("max_classes_per_detection"),
    detectionsPerClass: count("detections_per_class", 100),
    regular: Boolean(options.get("use_regular_nms")),
    scoreThreshold: real("nms_score_threshold"),
    iouThreshold: real("nms_iou_threshold"),
    classes: count("num_classes"),
    scales: [real("y_scale"), real("x_scale"), real("h_scale"), real("w_scale")],
  };
  for (const [i, shape] of outputShapes(op, tensors).entries()) {
    tensors[outputs[i]!] = { ...expectTensor(tensors, outputs[i], "output"), shape };
  }
  return op;
}
