/** Loading the face networks. */
import { DEFAULT_MAX_MEMORY, type LoadModel, type LoadOptions } from "../api/load.js";
import { anchorsOfCorners } from "../detection/ssd.js";
import { describe, FormatError } from "../errors.js";
import { checkMaxMemory, checkSignal } from "../io/source.js";
import { elementCount } from "../ir/tensor.js";
import type { StoredWeights } from "../models/stored.js";
import type { Network } from "../api/network.js";
import { ssdDetector, tinyDetector, type FaceDetector } from "./detectors.js";
import { Faces, NEEDED, type FaceAttribute } from "./faces.js";
import { FACE_NETWORKS, type FaceNetwork } from "./networks.js";
import { installedWeights, readFaceWeights, type WeightFiles } from "./weights.js";

export interface LoadFacesOptions extends Pick<LoadOptions, "kernels" | "signal"> {
  /**
   * The model files of `@vladmandic/face-api`: their folder, as a path or URL, or the bytes of each by its name. Default:
   * those of the installed package, in Node, Deno and Bun.
   */
  readonly weights?: WeightFiles;
  /**
   * What finds the faces: "ssd", MobileNet V1 at 512×512, or "tiny", a Tiny YOLO at 416×416, which is less exact and takes
   * a seventh of the time. Default: "ssd".
   */
  readonly detector?: "ssd" | "tiny";
  /** What detect() may be asked for. Default: everything. */
  readonly attributes?: readonly FaceAttribute[];
  /** How many threads the detector runs on, as for loadModel(). Default: 1. */
  readonly threads?: LoadOptions["threads"];
  /** Bytes of linear memory that each network may take. Default: 512 MiB. */
  readonly maxMemory?: number;
}

const ATTRIBUTES = Object.keys(NEEDED) as FaceAttribute[];

export type LoadFaces = (options?: LoadFacesOptions) => Promise<Faces>;

/**
 * Returns loadFaces() with the kernels of an entry's loadModel().
 *
 * @internal
 */
export function createFacesLoader(loadModel: LoadModel): LoadFaces {
  return async (options = {}) => {
    const { maxMemory = DEFAULT_MAX_MEMORY } = options;
    checkMaxMemory(maxMemory);
    checkSignal(options.signal);
    const { weights = installedWeights(), detector = "ssd", attributes = ATTRIBUTES, threads, ...rest } = options;
    if (detector !== "ssd" && detector !== "tiny") {
      throw new RangeError(`"detector" must be "ssd" or "tiny", got ${describe(detector)}`);
    }
    for (const attribute of attributes) {
      if (ATTRIBUTES.includes(attribute)) continue;
      throw new RangeError(`"attributes" must be any of ${ATTRIBUTES.join(", ")}, got ${describe(attribute)}`);
    }
    const load = async (network: FaceNetwork, how: LoadOptions): Promise<Loaded> => {
      const { manifest, build } = FACE_NETWORKS[network];
      const stored = await readFaceWeights(weights, manifest, { maxMemory, signal: rest.signal });
      return { stored, network: await loadModel(build(stored), how) };
    };
    const found = await load(detector, { ...rest, ...(threads !== undefined && { threads }) });
    try {
      const names = new Set(attributes.map((attribute) => NEEDED[attribute]));
      const others = Array.from(names, async (name) => [name, (await load(name, rest)).network] as const);
      const networks = { detector: found.network, ...Object.fromEntries(await Promise.all(others)) };
      return new Faces(networks, detector === "tiny" ? tinyDetector : ssdWith(found));
    } catch (error) {
      found.network.dispose(); // it may have threads
      throw error;
    }
  };
}

interface Loaded {
  readonly stored: StoredWeights;
  readonly network: Network;
}

/** The SSD with the anchors in its file. */
function ssdWith({ stored, network: { outputs } }: Loaded): FaceDetector {
  const name = "Output/extra_dim";
  const { data } = stored.get(name) ?? {};
  const encodings = outputs.filter((_, i) => i % 2 === 0).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  if (!(data instanceof Float32Array) || data.length !== encodings) {
    throw new FormatError(`the weight "${name}" must be ${encodings} float32, got ${describe(data)}`);
  }
  return ssdDetector(anchorsOfCorners(data));
}
