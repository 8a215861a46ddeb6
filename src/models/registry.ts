/** Pretrained models by name: pinned public files, which fetch.ts downloads and verifies. */

export interface PretrainedModel {
  readonly task: "classification" | "segmentation" | "pose";
  /** Where the file is published; the address contains the commit. */
  readonly url: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly sha256: string;
  /** SPDX identifier. */
  readonly license: string;
  /** Class names by index, if the file does not contain them. */
  readonly labels?: readonly string[];
}

const CORAL = "https://raw.githubusercontent.com/google-coral/test_data/104342d2d3480b3e66203073dac24f4e2dbb4c41";

/** A file of google-coral/test_data, whose licence is Apache-2.0. */
function coral(
  file: string,
  task: PretrainedModel["task"],
  bytes: number,
  sha256: string,
  labels?: readonly string[],
): PretrainedModel {
  return { task, url: `${CORAL}/${file}`, bytes, sha256, license: "Apache-2.0", ...(labels && { labels }) };
}

/** The classes of PASCAL VOC 2012 in the order of its segmentation masks. */
const PASCAL_VOC =
  "background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor";

/**
 * The models that fetchModel() knows. All are quantised to 8 bits. The classifiers contain their labels, the 1000 classes
 * of ImageNet after "background".
 */
export const MODELS = {
  "mobilenet_v1_0.25_128_quant": coral(
    "mobilenet_v1_0.25_128_quant.tflite",
    "classification",
    525598,
    "cb273c23ee76374b05b9583177e28aa19744858a7679c56a250e83d0333da785",
  ),
  "mobilenet_v1_0.5_160_quant": coral(
    "mobilenet_v1_0.5_160_quant.tflite",
    "classification",
    1392846,
    "3cc6d2ca460abd2e0f699a6d0d2550c6b61c6e3b0e27a3616e384ea74cb86f43",
  ),
  "mobilenet_v1_0.75_192_quant": coral(
    "mobilenet_v1_0.75_192_quant.tflite",
    "classification",
    2652542,
    "41daeb22fdcf947e0e5ec32373aa9df7c31f3ef45dbd0ef7b5940fbce3c20f6a",
  ),
  "mobilenet_v2_1.0_224_quant": coral(
    "mobilenet_v2_1.0_224_quant.tflite",
    "classification",
    3610798,
    "7aad0c74c5e3c06e5eb3c827e13304fdd68a83da6087d92ee169c24ff9fd4776",
  ),
  deeplabv3_mnv2_dm05_pascal_quant: coral(
    "deeplabv3_mnv2_dm05_pascal_quant.tflite",
    "segmentation",
    760904,
    "0470d2a782aa54eeeb99d32e7b6b3fb7722905c7c4f5d26bd957ec861366d48b",
    PASCAL_VOC.split(" "),
  ),
  movenet_single_pose_lightning_ptq: coral(
    "movenet_single_pose_lightning_ptq.tflite",
    "pose",
    2894840,
    "cd7cc22fa946e5d146a7b98d496853e1923e22828d3972d579973f27f91bb105",
  ),
} as const satisfies Readonly<Record<string, PretrainedModel>>;

export type ModelName = keyof typeof MODELS;

/** Whether a text is the name of a model in the registry. */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(MODELS, name);
}
