/** Loaded face networks, and what can be asked of them. */
import { softmax } from "../api/classify.js";
import type { Candidates } from "../detection/candidates.js";
import { checkLimits, type Limits } from "../detection/limits.js";
import { Ranking, whole } from "../detection/ranking.js";
import { intersectionOverUnion, suppress } from "../detection/suppress.js";
import { describe } from "../errors.js";
import { checkPicture, type Box, type Picture } from "../image/picture.js";
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
  readonly genderScore?: number;
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
   * @throws TypeError or RangeError if the picture or an option is not as described, or for an attribute whose network was
   * not loaded.
   */
  detect(image: Picture, options: DetectFacesOptions = {}): Face[] {
    checkPicture(image);
    const { scoreThreshold = 0.5, iouThreshold = this.#detector.iouThreshold, maxDetections = 100 } = options;
    checkLimits({ scoreThreshold, iouThreshold, maxDetections });
    const { background = WHITE } = options;
    checkBackground(background);
    checkLoaded(options, this.#networks);
    const { square, clip } = this.#detector;
    const picture = { x: 0, y: 0, width: image.width, height: image.height };
    const candidates = this.#detector.candidates(show(this.#networks.detector, image, picture, square, background));
    return bestFaces(candidates, { scoreThreshold, iouThreshold, maxDetections }).map(({ corners, score }) => {
      const box = boxInPicture(corners, image, square.size, clip);
      return { box, score, ...this.#estimates(image, box, background, options) };
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
  #estimates(image: Picture, box: Box, background: Background, options: DetectFacesOptions): Partial<Face> {
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
      throw new RangeError(
        `"${attribute}" must be among the attributes given to loadFaces(), got ${describe(options[attribute])}`,
      );
    }
  }
}

/** The outputs of a network for a part of a picture: views, which its next run overwrites. */
function show(network: Network, image: Picture, part: Box, square: Square, background: Background): Float32Array[] {
  const { runner } = network;
  writeSquare(image, part, square, background, runner.inputs[0] as Float32Array);
  runner.execute(1);
  return runner.outputs as Float32Array[];
}

function genderOf(logits: Float32Array): Pick<Face, "gender" | "genderScore"> {
  const [male, female] = softmax(logits) as unknown as [number, number];
  return male > 0.5 ? { gender: "male", genderScore: male } : { gender: "female", genderScore: female };
}

function expressionsOf(logits: Float32Array): Record<Expression, number> {
  const probable = softmax(logits);
  return Object.fromEntries(EXPRESSIONS.map((name, i) => [name, probable[i]!])) as Record<Expression, number>;
}

/** The candidates that stay, best first: corners (ymin, xmin, ymax, xmax; 0…1 is the square) and score. */
export function bestFaces({ boxes, scores }: Candidates, { scoreThreshold, iouThreshold, maxDetections }: Limits) {
  const ranking = new Ranking(scores.length);
  ranking.fill(whole(scores), { score: scoreThreshold, inclusive: false });
  const kept = suppress(ranking, { overlap: intersectionOverUnion(boxes), iouThreshold, maxDetections });
  return kept.map(({ candidate, score }) => ({
    corners: boxes.subarray(4 * candidate, 4 * candidate + 4),
    score,
    anchor: candidate,
  }));
}
