/** Activations: layers of their own, and the ones that other layers end in. */
import { describe, UnsupportedError } from "../../../errors.js";
import type { Activation } from "../../../ir/ops/module.js";
import type { KnownAttributes } from "../../../ir/ops/index.js";
import { rare } from "../../../ir/rare.js";
import { asNumber, type JsonObject } from "../../json.js";
import { expectLastAxis, expectSetting, onlyInput, type Layer, type Reader } from "./layer.js";

/** What each activation adds to a graph. */
const ACTIVATIONS: Readonly<Record<string, KnownAttributes | undefined>> = {
  leaky_relu: rare({ type: "leakyrelu", slope: 0.2 }),
  linear: undefined,
  relu: { type: "activation", activation: "relu" },
  relu6: { type: "activation", activation: "relu6" },
  sigmoid: rare({ type: "logistic" }),
  softmax: { type: "softmax", beta: 1 },
};

/** The activation of a layer. Throws UnsupportedError for one without an operator. */
export function readActivation({ activation }: JsonObject): KnownAttributes | undefined {
  // Keras 3 writes functions as objects.
  const isObject = typeof activation === "object" && activation !== null;
  const name = (isObject ? (activation as JsonObject).config : activation) ?? "linear";
  if (typeof name !== "string" || !Object.hasOwn(ACTIVATIONS, name)) {
    const names = Object.keys(ACTIVATIONS).join(", ");
    throw new UnsupportedError(`activation expected one of ${names}, got ${describe(name)}`);
  }
  return ACTIVATIONS[name];
}

/** Splits off the clamp that an operator applies itself. */
export function fused(activation: KnownAttributes | undefined): [clamp: Activation, rest: KnownAttributes | undefined] {
  return activation?.type === "activation" ? [activation.activation, undefined] : ["none", activation];
}

/** Adds an activation after a tensor. */
export function activated({ name, net }: Layer, x: number, activation: KnownAttributes | undefined): number {
  return activation ? net.add(name, activation, x) : x;
}

export const ACTIVATION_READERS: Readonly<Record<string, Reader>> = {
  Activation: (layer) => activated(layer, onlyInput(layer), readActivation(layer.config)),
  LeakyReLU: (layer) => {
    const { alpha, negative_slope = alpha ?? 0.3 } = layer.config;
    return activated(layer, onlyInput(layer), rare({ type: "leakyrelu", slope: asNumber(negative_slope, "alpha") }));
  },
  ReLU: readRelu,
  Softmax: (layer) => {
    expectLastAxis(layer.config.axis ?? -1, layer.net.shape(onlyInput(layer)));
    return activated(layer, onlyInput(layer), ACTIVATIONS.softmax);
  },
};

function readRelu(layer: Layer): number {
  const { config } = layer;
  const slope = asNumber(config.negative_slope ?? 0, "negative_slope");
  const most = config.max_value ?? null;
  expectSetting(config, "threshold", 0);
  if (most !== null && (most !== 6 || slope !== 0)) {
    throw new UnsupportedError(
      `max_value expected none, or 6 without a negative_slope, got ${describe(most)} and ${slope}`,
    );
  }
  if (slope !== 0) return activated(layer, onlyInput(layer), rare({ type: "leakyrelu", slope }));
  return activated(layer, onlyInput(layer), most === null ? ACTIVATIONS.relu : ACTIVATIONS.relu6);
}
