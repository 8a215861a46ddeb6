/** QuantizeLinear and DequantizeLinear. */
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import type { ElementKind } from "../../ir/builder.js";
import { halfToEven } from "../../ir/numbers.js";
import type { Quantization } from "../../ir/tensor.js";
import { elementsOf, type Constant } from "./constants.js";
import { realOf } from "./fold.js";
import type { Activation, Value } from "./layout.js";
import { activationAt, axisOf, constantAt, type Reader, type Source } from "./source.js";

export const QUANTIZATION: Readonly<Record<string, Reader>> = {
  DequantizeLinear: readDequantize,
  QuantizeLinear: readQuantize,
};

/** The lowest and the highest integer of the types that have kernels. */
const RANGES = { int8: [-128, 127], uint8: [0, 255] } as const;

/** The scale and zero point of a node, for a value of so many dimensions. */
export function quantizationOf(source: Source, rank: number): ElementKind & { readonly quantization: Quantization } {
  const { attributes, inputs } = source;
  if (attributes.int("block_size", 0)) throw new UnsupportedError("block_size expected 0");
  const scale = realOf(constantAt(source, 1));
  const zero = inputs[2] && constantAt(source, 2);
  if (scale.type !== "float32" || scale.shape.length > 1) {
    throw new UnsupportedError(`${quote(scale.name)} expected one real number, or one for each channel`);
  }
  if (zero && zero.data.length !== scale.data.length) {
    throw new FormatError(`zero points expected ${scale.data.length}, got ${zero.data.length}`);
  }
  const dtype = zero?.type ?? "uint8";
  if (dtype === "int64" || dtype === "float32") {
    throw new UnsupportedError(`zero point expected int8, uint8 or int32, got ${dtype}`);
  }
  const axis = scale.data.length === 1 ? 0 : axisOf(attributes.int("axis", 1), rank);
  const zeroPoint = zero ? Array.from(zero.data as ArrayLike<number>) : Array<number>(scale.data.length).fill(0);
  return { dtype, quantization: { scale: Array.from(scale.data as ArrayLike<number>), zeroPoint, axis } };
}

function readQuantize(source: Source): Value {
  const { inputs, net, name } = source;
  const x = inputs[0];
  if (x?.kind === "constant") return quantized(source, x);
  const value = activationAt(source, 0);
  const kind = quantizationOf(source, value.dims.length);
  if (!(kind.dtype in RANGES)) throw new UnsupportedError(`zero point expected int8 or uint8, got ${kind.dtype}`);
  if (kind.quantization.scale.length > 1)
    throw new UnsupportedError("scale expected one for the whole tensor, got several");
  return { ...value, tensor: net.convert(name, "quantize", value.tensor, kind) };
}

function quantized(source: Source, constant: Constant): Constant {
  const { data, shape } = realOf(constant);
  const { dtype, quantization } = quantizationOf(source, shape.length);
  if (dtype !== "int8" && dtype !== "uint8")
    throw new UnsupportedError(`zero point expected int8 or uint8, got ${dtype}`);
  const { scale, zeroPoint, axis } = quantization;
  const [low, high] = RANGES[dtype];
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  source.copies.take(data.length);
  const integers = elementsOf(dtype, { length: data.length });
  for (let i = 0; i < integers.length; ++i) {
    const c = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    const value = halfToEven(Math.fround(data[i]! / scale[c]!)) + zeroPoint[c]!;
    integers[i] = Math.min(Math.max(value, low), high);
  }
  return { kind: "constant", name: source.name, shape, type: dtype, data: integers };
}

function readDequantize(source: Source): Value {
  const { inputs, net, name } = source;
  const x = inputs[0];
  if (x?.kind === "constant") {
    const { quantization } = quantizationOf(source, x.shape.length);
    if (x.type === "float32" || x.type === "int64" || x.quantization) {
      throw new UnsupportedError(`${quote(x.name)} expected int8, uint8 or int32, got ${x.type}`);
    }
    const channels = quantization.scale.length;
    if (channels > 1 && x.shape[quantization.axis] !== channels) {
      throw new FormatError(`scales expected ${x.shape[quantization.axis]}, got ${channels}`);
    }
    return { ...x, name, quantization };
  }
  const value: Activation = activationAt(source, 0);
  const from = net.tensor(value.tensor);
  const { dtype, quantization } = quantizationOf(source, value.dims.length);
  const known = from.quantization;
  const isSame = known?.scale[0] === quantization.scale[0] && known?.zeroPoint[0] === quantization.zeroPoint[0];
  if (from.dtype !== dtype || !isSame || quantization.scale.length > 1) {
    throw new UnsupportedError("expected the scale and zero point that the value was quantised with");
  }
  return { ...value, tensor: net.convert(name, "dequantize", value.tensor, { dtype: "float32" }) };
}
