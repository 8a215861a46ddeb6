/** The work that is compared: networks of the family, in three precisions. */
import type { Precision } from "../engines/engine.js";

/** α / resolution. */
export type NetworkName = "1.0/224" | "0.5/160" | "0.25/128";

export interface Work {
  readonly network: NetworkName;
  /** float32 and int8 are seeded; uint8 is a published model. */
  readonly precision: Precision;
}

export const NETWORKS: readonly NetworkName[] = ["1.0/224", "0.5/160", "0.25/128"];

/** The files of the published models. */
export const PUBLISHED: Readonly<Partial<Record<NetworkName, string>>> = {
  "0.5/160": "mobilenet_v1_0.5_160_quant.tflite",
  "0.25/128": "mobilenet_v1_0.25_128_quant.tflite",
};

export const WORKS: readonly Work[] = [
  ...(["float32", "int8"] as const).flatMap((precision) => NETWORKS.map((network) => ({ network, precision }))),
  ...NETWORKS.filter((network) => PUBLISHED[network]).map((network) => ({ network, precision: "uint8" as const })),
];

export function describeWork({ network, precision }: Work): string {
  return `${network} ${precision}`;
}
