/** Safetensors files, and MobileNet V1 in them as PyTorch has it. */
import { seededRandom } from "../../src/models/random.js";

export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A file with a header as given and some bytes behind it. */
export function storeHeader(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

/** A file with tensors that are exact in any of the types. */
export function storeSafetensors(
  tensors: Readonly<Record<string, TorchTensor>>,
  dtype: "F32" | "F16" | "BF16",
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const stored = { F32: data, F16: Uint16Array.from(data, toHalf), BF16: Uint16Array.from(data, toBrain) }[dtype];
    header[name] = { dtype, shape, data_offsets: [at, (at += stored.byteLength)] };
    parts.push(new Uint8Array(stored.buffer));
  }
  header["bn1.num_batches_tracked"] = { dtype: "I64", shape: [], data_offsets: [at, at + 8] };
  parts.push(new Uint8Array(8));
  return storeHeader(header, Buffer.concat(parts));
}

/** The upper half of a float32 that has nothing in the lower one. */
function toBrain(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
}

/** Sign, exponent and ten bits of a float32 that is exact as float16 and not subnormal there. */
function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  if (value === 0) return 0;
  return ((bits >>> 16) & 0x8000) | ((((bits >>> 23) & 255) - 112) << 10) | ((bits >>> 13) & 1023);
}

export const STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];
const CHANNELS = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];

/** How timm names the layers, and how Transformers does: stem, then depthwise and pointwise in turns. */
export const NAMES = {
  timm: (layer: number): [string, string] => {
    if (layer === 0) return ["conv_stem", "bn1"];
    const pair = Math.floor((layer - 1) / 2);
    const stage = STRIDES.slice(1, pair + 1).filter((stride) => stride === 2).length;
    const first = STRIDES.findLastIndex((stride, i) => i <= pair && (stride === 2 || i === 0));
    const block = `blocks.${stage}.${pair - first}`;
    return layer % 2 ? [`${block}.conv_dw`, `${block}.bn1`] : [`${block}.conv_pw`, `${block}.bn2`];
  },
  transformers: (layer: number): [string, string] => {
    const name = `mobilenet_v1.${layer === 0 ? "conv_stem" : `layer.${layer - 1}`}`;
    return [`${name}.convolution`, `${name}.normalization`];
  },
};

/** Seeded weights, few bits each: α 0.25, seven classes. */
export function torchMobileNet(names: (layer: number) => [string, string]): Record<string, TorchTensor> {
  const random = seededRandom(5);
  const tensors: Record<string, TorchTensor> = {};
  const add = (name: string, shape: readonly number[], limit: number, centre = 0) => {
    const length = shape.reduce((a, b) => a * b, 1);
    // Seven steps either way of a power of two are exact in eight bits.
    const step = 2 ** Math.floor(Math.log2(limit / 8));
    tensors[name] = { shape, data: Float32Array.from({ length }, () => centre + step * Math.floor(15 * random() - 7)) };
  };
  let channels = 8;
  for (let layer = 0; layer < 27; ++layer) {
    const [convolution, norm] = names(layer);
    const out = layer === 0 || layer % 2 ? channels : CHANNELS[layer / 2 - 1]! / 4;
    const shape = layer === 0 ? [out, 3, 3, 3] : layer % 2 ? [out, 1, 3, 3] : [out, channels, 1, 1];
    add(`${convolution}.weight`, shape, Math.sqrt(12 / shape.slice(1).reduce((a, b) => a * b, 1)));
    add(`${norm}.weight`, [out], 1, 1);
    add(`${norm}.bias`, [out], 1);
    add(`${norm}.running_mean`, [out], 0.5);
    add(`${norm}.running_var`, [out], 0.5, 1);
    channels = out;
  }
  add("classifier.weight", [7, channels], 0.25);
  add("classifier.bias", [7], 1);
  return tensors;
}
