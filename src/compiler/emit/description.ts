/** What a compiled model says of itself, as JSON in its custom section. */
import type { Normalization } from "../../image/encode.js";
import type { Crop } from "../../image/picture.js";
import type { Layer } from "../../ir/layers.js";
import type { DType } from "../../ir/tensor.js";
import type { MemoryReport } from "../plan.js";

/** Name of the custom section. */
export const SECTION_NAME = "mobilenet-simd";

/** Changes with the exports and the JSON of compiled models. */
export const FORMAT = 1;

/** An input or output. 8-bit values q stand for scale · (q - zeroPoint). */
export interface TensorDescription {
  readonly name: string;
  readonly dtype: DType;
  /** NHWC. */
  readonly shape: readonly number[];
  readonly scale?: number;
  readonly zeroPoint?: number;
}

export interface Description {
  readonly format: number;
  /** Version of the package that compiled the model. */
  readonly version: string;
  readonly kernels: "simd" | "relaxed";
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly labels?: readonly string[];
  /** How image() makes the input from a picture. */
  readonly preprocessing?: PreprocessingDescription;
  /** There is top(); `softmax` says that the output comes out of a softmax, otherwise top() computes one. */
  readonly classifier?: { readonly softmax: boolean };
  /** Where the pooled features lie after a run: [channels], in memory. */
  readonly features?: FeaturesDescription;
  readonly layers: readonly Layer[];
  /** Bytes of linear memory before the first alloc(). */
  readonly memory: MemoryReport;
  /** The memory image, if it is not in data segments: `bytes` bytes for `address`. */
  readonly image?: ImageDescription;
}

export interface PreprocessingDescription {
  readonly width: number;
  readonly height: number;
  /** The fraction of each side that the central crop keeps; "cover" scales the picture until it covers the input. */
  readonly crop: Crop;
  /** A byte p becomes (p - mean[c]) / std[c]; "identity": an 8-bit input counts p from the lowest value of its type. */
  readonly normalization: "identity" | Normalization;
}

export interface FeaturesDescription {
  readonly address: number;
  readonly channels: number;
  readonly dtype: "float32" | "int16";
  /** The real value is scale · element. */
  readonly scale: number;
}

export interface ImageDescription {
  readonly address: number;
  readonly bytes: number;
  /** Name of the file beside the module. */
  readonly file: string;
}
