/** The networks that look at faces, and what their files are called. */
import type { Graph } from "../ir/graph.js";
import type { Tensor } from "../ir/tensor.js";
import { ageGender } from "../models/agegender.js";
import { faceExpression, faceLandmarks } from "../models/facefeatures.js";
import { ssdHeads } from "../models/ssdmobilenetv1.js";
import { StoredLayers, type StoredWeights } from "../models/stored.js";
import { tinyFaceDetector } from "../models/tinyface.js";
import { SSD_SQUARE, TINY_SQUARE } from "./squares.js";

export type FaceNetwork = "ssd" | "tiny" | "ageGender" | "expressions" | "landmarks";

interface Description {
  /** The weights manifest. */
  readonly manifest: string;
  /** The network with its weights. Throws FormatError for weights that are missing or of another shape. */
  readonly build: (weights: StoredWeights) => Graph;
}

export const FACE_NETWORKS: Readonly<Record<FaceNetwork, Description>> = {
  ssd: {
    manifest: "ssd_mobilenetv1_model-weights_manifest.json",
    build: ssdOfFaces,
  },
  tiny: {
    manifest: "tiny_face_detector_model-weights_manifest.json",
    build: (weights) => tinyFaceDetector(weights, TINY_SQUARE.size),
  },
  ageGender: { manifest: "age_gender_model-weights_manifest.json", build: ageGender },
  expressions: { manifest: "face_expression_model-weights_manifest.json", build: faceExpression },
  landmarks: { manifest: "face_landmark_68_model-weights_manifest.json", build: faceLandmarks },
};

/** For each feature map two outputs: encodings [1, h, w, boxes · 4], and logits [1, h, w, boxes] of a face. */
function ssdOfFaces(weights: StoredWeights): Graph {
  const net = new StoredLayers(withFacesOnly(weights));
  return net.graph(ssdHeads(net, 1, SSD_SQUARE.size, 1).flatMap(({ encodings, logits }) => [encodings, logits]));
}

/** The SSD's class logits: background, face, and one that nobody reads. */
const LOGITS = 3;
const FACE = 1;

/** The weights without what the class predictors need for logits other than that of a face. */
function withFacesOnly(weights: StoredWeights): StoredWeights {
  const kept = (name: string, tensor: Tensor): Tensor => {
    const { shape, data } = tensor;
    const channels = shape.at(-1)!;
    if (!name.includes("/ClassPredictor/") || channels % LOGITS || !data) return tensor;
    return {
      ...tensor,
      shape: [...shape.slice(0, -1), channels / LOGITS],
      data: data.filter((_, i) => i % LOGITS === FACE),
    };
  };
  return new Map(Array.from(weights, ([name, tensor]) => [name, kept(name, tensor)]));
}
