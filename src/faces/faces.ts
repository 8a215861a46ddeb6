/** Loaded face networks, and what can be asked of them. */
import { softmax } from "../api/classify.js";
import type { Candidate, Candidates } from "../detection/candidates.js";
import { checkLimits } from "../detection/limits.js";
import { rank, suppress } from "../detection/suppress.js";
import { checkImage, type Box, type Image } from "../image/image.js";
import { checkBackground, WHITE, type Background } from "../image/resize.js";
import { writeSquare, type Square } from "../image/square.js";
import type { Network } from "../api/network.js";
import { boxAround, boxInPicture, cropFor, pointsInPicture, type Point } from "./boxes.js";
import type { FaceDetector } from "./detectors.js";
import { FACE_SQUARE } from "./squares.js";

/** What a face seems to express, in the order of the network's outputs. */
export const EXPRESSIONS = ["neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised"] as const;
export type Expression = (typeof EXPRESSIONS)[number];

/** What can be estimated of a face beyond where it is. */
export type FaceAttribute = "age" | "gender" | "expressions" | "landmarks";

/** A face, and of it what was asked for; nothing else of one that is too small or outside of the picture. */
export interface Face {
  /** Pixels of the picture; may reach beyond it. */
  readonly box: Box;
  /** How sure the detector is, 0…1. */
  readonly score: number;
  /** How old it looks to the network, in years. */
  readonly age?: number;
  /** What it looks like to the network. */
  readonly gender?: "male" | "female";
  /** Of that gender, 0.5…1. */
  readonly genderProbability?: number;
  /** Their sum is 1. */
  readonly expressions?: Readonly<Record<Expression, number>>;
  /**
   * 68 points in pixels of the picture: 0–16 jaw, 17–21 and 22–26 brows, 27–35 nose, 36–41 and 42–47 eyes, 48–67 mouth.
   */
  readonly landmarks?: readonly Point[];
}

export interface DetectFacesOptions {
  /** Faces with a higher score are given, 0…1. Default: 0.5. */
  readonly scoreThreshold?: number;
  /** Of faces that overlap more than this (intersection over union, 0…1) the best is given. */
  readonly iouThreshold?: number;
  /** Default: 100. */
  readonly maxDetections?: number;
  readonly age?: boolean;
  readonly gender?: boolean;
  readonly expressions?: boolean;
  /** With landmarks, the other estimates are made from the box around these, else from the detector's box. */
  readonly landmarks?: boolean;
  /** RGB bytes behind transparent pixels. Default: white. */
  readonly background?: Background;
}

export interface FaceNetworks {
  readonly detector: Network;
  readonly ageGender?: Network | undefined;
  readonly expressions?: Network | undefined;
  readonly landmarks?: Network | undefined;
}

/** Face networks that run. Methods are synchronous; after dispose() they throw. */
export class Faces {
  /** Bytes of linear memory, of all networks. Nothing is added to them after loading. */
  readonly memory: number;
  readonly #networks: FaceNetworks;
  readonly #detector: FaceDetector;

  /** @internal */
  constructor(networks: FaceNetworks, detector: FaceDetector) {
    this.#networks = networks;
    this.#detector = detector;
    this.memory = this.#all.reduce((sum, { memory }) => sum + memory.total, 0);
  }

  /**
   * Finds the faces in a picture, those with the highest score first.
   *
   * @throws TypeError or RangeError if the picture or an option is not as described, Error for an attribute whose network
   * was not loaded.
   */
  detect(image: Image, options: DetectFacesOptions = {}): Face[] {
    checkImage(image);
    const { scoreThreshold = 0.5, iouThreshold = this.#detector.iouThreshold, maxDetections = 100 } = options;
    checkLimits({ scoreThreshold, iouThreshold, maxDetections });
    const { background = WHITE } = options;
    checkBackground(background);
    checkLoaded(options, this.#networks);
    const { square, clip } = this.#detector;
    const whole = { x: 0, y: 0, width: image.width, height: image.height };
    const candidates = this.#detector.candidates(show(this.#networks.detector, image, whole, square, background));
    const ranked = rank(candidates, { scoreThreshold, classwise: false });
    const kept = suppress(candidates.boxes, ranked, { iouThreshold, maxDetections, classwise: false });
    return kept.map((candidate) => {
      const box = boxInPicture(cornersOf(candidates, candidate), image, square.size, clip);
      return { box, score: candidate.score, ...this.#estimates(image, box, background, options) };
    });
  }

  /** Lets go of the networks' memory and threads. Calling it again does nothing. */
  dispose(): void {
    for (const network of this.#all) network.dispose();
  }

  get #all(): Network[] {
    return Object.values(this.#networks).filter((network) => network !== undefined);
  }

  /** Everything that was asked for of one face. */
  #estimates(image: Image, box: Box, background: Background, options: DetectFacesOptions): Partial<Face> {
    const crop = cropFor(box, image);
    if (!crop) return {};
    const { ageGender, expressions, landmarks } = this.#networks;
    const see = (network: Network, part: Box) => show(network, image, part, FACE_SQUARE, background);
    const points = options.landmarks && pointsInPicture(see(landmarks!, crop)[0]!, crop, box);
    const part = (points && cropFor(boxAround(points), image)) || crop;
    const [years, logits] = options.age || options.gender ? see(ageGender!, part) : [];
    return {
      ...(options.age && { age: years![0]! }),
      ...(options.gender && genderOf(logits!)),
      ...(options.expressions && { expressions: expressionsOf(see(expressions!, part)[0]!) }),
      ...(points && { landmarks: points }),
    };
  }
}

/** The network that each attribute needs. */
export const NEEDED = {
  age: "ageGender",
  gender: "ageGender",
  expressions: "expressions",
  landmarks: "landmarks",
} as const;

function checkLoaded(options: DetectFacesOptions, networks: FaceNetworks): void {
  for (const [attribute, network] of Object.entries(NEEDED) as [FaceAttribute, keyof FaceNetworks][]) {
    if (options[attribute] && !networks[network]) {
      throw new Error(`"${attribute}" expected to be among the attributes given to loadFaces()`);
    }
  }
}

/** The outputs of a network for a part of a picture: views, which its next run overwrites. */
function show(network: Network, image: Image, part: Box, square: Square, background: Background): Float32Array[] {
  const { runner } = network;
  writeSquare(image, part, square, background, runner.inputs[0] as Float32Array);
  runner.execute(1);
  return runner.outputs as Float32Array[];
}

function genderOf(logits: Float32Array): Pick<Face, "gender" | "genderProbability"> {
  const [male, female] = softmax(logits) as unknown as [number, number];
  return male > 0.5 ? { gender: "male", genderProbability: male } : { gender: "female", genderProbability: female };
}

function expressionsOf(logits: Float32Array): Record<Expression, number> {
  const probable = softmax(logits);
  return Object.fromEntries(EXPRESSIONS.map((name, i) => [name, probable[i]!])) as Record<Expression, number>;
}

function cornersOf({ boxes }: Candidates, { box }: Candidate): Float64Array {
  return boxes.subarray(4 * box, 4 * box + 4);
}
