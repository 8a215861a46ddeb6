/** The goldens of the face networks (../shared/golden/faces), and the photos they were made from. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { FACE_NETWORKS, type FaceNetwork } from "../../src/faces/networks.js";
import { WeightsManifest } from "../../src/formats/tfjs/weights.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Tensor } from "../../src/ir/tensor.js";
import type { Box, Picture } from "../../src/image/picture.js";
import { decodeFile, decodeJpeg } from "./inputs.js";
import { HAVE_SHARED, sharedFloats, sharedJson } from "./shared.js";

/** The package with the weights and photos. */
export const FACE_API = new URL("../../node_modules/@vladmandic/face-api/", import.meta.url);

export interface GoldenDetection extends Box {
  readonly score: number;
  /** Of the anchor. */
  readonly index?: number;
}

interface DetectorGoldens {
  readonly images: Readonly<
    Record<
      string,
      {
        readonly input_sha256: string;
        readonly input_normalised_sha256: string;
        readonly "detections_0.5": readonly GoldenDetection[];
        readonly "detections_0.1": readonly GoldenDetection[];
        readonly "detections_0.5_size224"?: readonly GoldenDetection[];
      }
    >
  >;
}

export interface GoldenLayer {
  readonly i: number;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly max: number;
  readonly first64?: readonly number[];
  readonly first8?: readonly number[];
}

export interface GoldenIndex {
  readonly images: readonly { readonly id: string; readonly path: string }[];
  readonly ssd_mobilenetv1: DetectorGoldens & {
    readonly activations: { readonly image: string; readonly layers: readonly GoldenLayer[] };
    readonly raw: Readonly<Record<string, { readonly activations?: readonly GoldenLayer[] }>>;
  };
  readonly tiny_face_detector: DetectorGoldens;
}

export type GoldenPoint = readonly [number, number];

export interface GoldenAttributes {
  readonly age: number;
  readonly gender: "male" | "female";
  readonly gender_probability: number;
  readonly expressions: Readonly<Record<string, number>>;
}

export interface GoldenFace {
  readonly image: string;
  readonly face: number;
  readonly detection: GoldenDetection;
  readonly crop_rect: Box;
  readonly aligned_rect: Box;
  readonly aligned_crop_rect: Box;
  readonly unaligned: GoldenAttributes;
  readonly aligned: GoldenAttributes;
  readonly landmarks68: readonly GoldenPoint[];
}

export interface GoldenCrop extends GoldenAttributes {
  readonly id: string;
  readonly kind: "unaligned" | "aligned" | "synthetic";
  readonly image?: string;
  readonly face?: number;
  readonly crop_width: number;
  readonly crop_height: number;
  readonly input?: { readonly file?: string; readonly sha256: string };
  readonly input_normalised_sha256: string;
  readonly gender_logits: readonly number[];
  readonly age_raw: number;
  readonly expression_logits: readonly number[];
  readonly landmarks68: { readonly raw: readonly number[]; readonly points_in_crop: readonly GoldenPoint[] };
  readonly landmarks68_tiny: { readonly raw: readonly number[] };
}

const EMPTY: GoldenIndex = {
  images: [],
  ssd_mobilenetv1: { images: {}, activations: { image: "", layers: [] }, raw: {} },
  tiny_face_detector: { images: {} },
};

export const goldenIndex: GoldenIndex = HAVE_SHARED ? sharedJson("golden", "faces", "index.json") : EMPTY;

export const { faces: goldenFaces, inputs: goldenCrops }: { faces: GoldenFace[]; inputs: GoldenCrop[] } = HAVE_SHARED
  ? sharedJson("golden", "faces", "faces.json")
  : { faces: [], inputs: [] };

/** The names of the ten photos. */
export const PHOTOS = goldenIndex.images.map(({ id }) => id);

const decoded = new Map<string, Picture>();

/** One of the ten photos. */
export function photo(id: string): Picture {
  const { path } = goldenIndex.images.find((image) => image.id === id)!;
  const image = decoded.get(id) ?? (path.startsWith("shared/") ? decodeFile(path.slice(7)) : samplePhoto(path));
  decoded.set(id, image);
  return image;
}

function samplePhoto(path: string): Picture {
  return decodeJpeg(readFileSync(new URL(path.replace("@vladmandic/face-api/", ""), FACE_API)));
}

export function goldenFloats(file: string): Float32Array {
  return sharedFloats("golden", "faces", file);
}

/** The corners of the SSD's anchors as its file has them: 5118 × 4 float32 at byte 5535069, see spec.md, 0.1. */
export function storedAnchors(): Float32Array {
  const file = readFileSync(new URL("model/ssd_mobilenetv1_model.bin", FACE_API));
  return new Float32Array(new Uint8Array(file.subarray(5535069, 5535069 + 5118 * 16)).buffer);
}

/** The same in number, order and anchors; boxes within 0.01 pixel, scores within 1e-4. */
export function expectDetections(got: readonly GoldenDetection[], golden: readonly GoldenDetection[]): void {
  expect(got.map(({ index }) => index)).toEqual(golden.map(({ index }) => index));
  for (const [i, expected] of golden.entries()) {
    for (const side of ["x", "y", "width", "height"] as const) {
      expect(Math.abs(got[i]![side] - expected[side]), `${side} of ${i}`).toBeLessThan(0.01);
    }
    expect(Math.abs(got[i]!.score - expected.score), `score of ${i}`).toBeLessThan(1e-4);
  }
}

/** The graph of a face network, with the weights in the package. */
export function faceGraph(network: FaceNetwork): Graph {
  const { manifest, build } = FACE_NETWORKS[network];
  return build(storedWeights(manifest));
}

export function storedWeights(manifest: string): Map<string, Tensor> {
  const read = new WeightsManifest(JSON.parse(storedFile(manifest).toString()));
  return read.read(new Map(read.paths.map((path) => [path, storedFile(path)])));
}

/** A file among the models in the package. */
export function storedFile(name: string): Buffer {
  return readFileSync(new URL(`model/${name}`, FACE_API));
}
