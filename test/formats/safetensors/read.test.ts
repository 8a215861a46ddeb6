/** MobileNet V1 from PyTorch: against PyTorch's definitions on PyTorch's layouts, and what is refused. */
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { readTensors } from "../../../src/formats/safetensors/file.js";
import { loadModel } from "../../support/load.js";
import { NAMES, storeHeader, storeSafetensors, STRIDES, torchMobileNet, type TorchTensor } from "../../support/safetensors.js"; // prettier-ignore

/** [channel][row][column], one after another. */
interface Maps {
  readonly channels: number;
  readonly side: number;
  readonly data: Float64Array;
}

/** nn.Conv2d with `before` rows and columns of zeros, and as many after as its output needs. */
function convolve(x: Maps, { shape, data }: TorchTensor, stride: number, before: number, groups: number): Maps {
  const [channels, each, kernel] = shape as [number, number, number];
  const side = Math.ceil(x.side / stride);
  const sums = new Float64Array(channels * side * side);
  for (let o = 0; o < channels; ++o) {
    for (let i = 0; i < each; ++i) {
      const from = groups === 1 ? i : o;
      for (let p = 0; p < kernel * kernel; ++p) {
        const [dy, dx] = [Math.floor(p / kernel) - before, (p % kernel) - before];
        const weight = data[(o * each + i) * kernel * kernel + p]!;
        for (let y = 0; y < side; ++y) {
          const row = y * stride + dy;
          if (row < 0 || row >= x.side) continue;
          for (let z = 0; z < side; ++z) {
            const column = z * stride + dx;
            if (column < 0 || column >= x.side) continue;
            sums[(o * side + y) * side + z]! += weight * x.data[(from * x.side + row) * x.side + column]!;
          }
        }
      }
    }
  }
  return { channels, side, data: sums };
}

function normalise(x: Maps, tensors: Readonly<Record<string, TorchTensor>>, norm: string, epsilon: number): Maps {
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (what) => tensors[`${norm}.${what}`]!.data,
  );
  const data = x.data.map((value, i) => {
    const c = Math.floor(i / (x.side * x.side));
    const normal = (value - mean![c]!) / Math.sqrt(variance![c]! + epsilon);
    return Math.min(Math.max(normal * weight![c]! + bias![c]!, 0), 6);
  });
  return { ...x, data };
}

/** The logits of a picture [row][column][channel]. */
function logits(
  tensors: Readonly<Record<string, TorchTensor>>,
  names: (layer: number) => [string, string],
  picture: Float32Array,
  before: (kernel: number, stride: number) => number,
  epsilon: number,
): number[] {
  const pixels = 224 * 224;
  let x: Maps = {
    channels: 3,
    side: 224,
    data: Float64Array.from(picture, (_, i) => picture[(i % pixels) * 3 + Math.floor(i / pixels)]!),
  };
  for (let layer = 0; layer < 27; ++layer) {
    const [convolution, norm] = names(layer);
    const kernel = tensors[`${convolution}.weight`]!;
    const stride = layer === 0 ? 2 : layer % 2 ? STRIDES[(layer - 1) / 2]! : 1;
    const groups = layer % 2 ? x.channels : 1;
    x = convolve(x, kernel, stride, before(kernel.shape[2]!, stride), groups);
    x = normalise(x, tensors, norm, epsilon);
  }
  const features = Array.from({ length: x.channels }, (_, c) => {
    const map = x.data.subarray(c * x.side * x.side, (c + 1) * x.side * x.side);
    return map.reduce((sum, value) => sum + value, 0) / map.length;
  });
  const [matrix, bias] = [tensors["classifier.weight"]!.data, tensors["classifier.bias"]!.data];
  return Array.from(bias, (start, k) => features.reduce((sum, value, c) => sum + value * matrix[k * x.channels + c]!, start)); // prettier-ignore
}

const PICTURE = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => Math.sin(i * 0.37) * Math.cos(i * 0.011));

const LIBRARIES = {
  // Symmetric, whatever the stride.
  timm: { before: (kernel: number) => (kernel - 1) / 2, epsilon: 1e-5 },
  // TensorFlow's: an even size and stride 2 leave nothing for the side before.
  transformers: { before: (kernel: number, stride: number) => (kernel === 3 && stride === 1 ? 1 : 0), epsilon: 1e-3 },
};

describe.each(["timm", "transformers"] as const)("MobileNet V1 of %s", (library) => {
  const names = NAMES[library];
  const tensors = torchMobileNet(names);

  test("in three types: the logits of PyTorch's definitions", async () => {
    const { before, epsilon } = LIBRARIES[library];
    const expected = logits(tensors, names, PICTURE, before, epsilon);
    const scale = Math.max(...expected.map(Math.abs));
    const other = LIBRARIES[library === "timm" ? "transformers" : "timm"];
    const padded = logits(tensors, names, PICTURE, other.before, epsilon);
    // So that what is compared depends on the padding.
    expect(Math.max(...padded.map((value, k) => Math.abs(value - expected[k]!)))).toBeGreaterThan(0.01 * scale);
    for (const dtype of ["F32", "F16", "BF16"] as const) {
      const net = await loadModel(storeSafetensors(tensors, dtype));
      expect(net.inputs).toEqual([{ name: "input", dtype: "float32", shape: [1, 224, 224, 3] }]);
      expect(net.layers.length).toBe(29);
      const { shape, data } = net.run(PICTURE)[0]!;
      expect(shape).toEqual([1, 7]);
      for (const [k, value] of expected.entries()) expect(Math.abs(data[k]! - value), dtype).toBeLessThan(1e-4 * scale);
    }
  });

  test("with other tensors is refused", async () => {
    const more = { ...tensors, "conv_head.weight": { shape: [1], data: new Float32Array(1) } };
    await expect(loadModel(storeSafetensors(more, "F32"))).rejects.toThrow(/has no tensors conv_head.weight/);
    const { "classifier.bias": _bias, ...fewer } = tensors;
    await expect(loadModel(storeSafetensors(fewer, "F32"))).rejects.toThrow(/"classifier.bias" is missing/);
    const wrong = { ...tensors, "classifier.bias": { shape: [6], data: new Float32Array(6) } };
    await expect(loadModel(storeSafetensors(wrong, "F32"))).rejects.toThrow(/classifier: bias expected shape 7, got 6/);
  });
});

describe("a file", () => {
  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const data = new Uint8Array(8);

  test("is read as it lies there", () => {
    const bytes = Uint8Array.from({ length: 11 }, (_, i) => i);
    const header = {
      b: { dtype: "BOOL", shape: [3], data_offsets: [8, 11] },
      a: entry,
      __metadata__: { any: "thing" },
    };
    const tensors = readTensors(storeHeader(header, bytes));
    expect([...tensors.keys()]).toEqual(["a", "b"]);
    expect(tensors.get("b")).toEqual({ name: "b", dtype: "BOOL", shape: [3], bytes: Uint8Array.of(8, 9, 10) });
  });

  test.each<[string, Uint8Array, typeof FormatError | typeof UnsupportedError, RegExp]>([
    [
      "of another network",
      storeHeader({ a: entry }, data),
      UnsupportedError,
      /timm or Transformers, got tensors named a/,
    ],
    ["without tensors", storeHeader({}, new Uint8Array(0)), UnsupportedError, /named nothing/],
    ["that is cut off", storeHeader({ a: entry }, data).subarray(0, -1), FormatError, /data expected 8 bytes, got 7/],
    ["that goes on", storeHeader({ a: entry }, new Uint8Array(9)), FormatError, /data expected 8 bytes, got 9/],
    [
      "with a cut header",
      storeHeader({ a: entry }, data).subarray(0, 20),
      FormatError,
      /header expected \d+ bytes, got 12/,
    ],
    ["with a hole", storeHeader({ a: { ...entry, data_offsets: [1, 9] } }, data), FormatError, /from byte 0, got 1/],
    [
      "whose tensors overlap",
      storeHeader({ a: entry, b: entry }, data),
      FormatError,
      /"b" expected data from byte 8, got 0/,
    ],
    [
      "with another size",
      storeHeader({ a: { ...entry, shape: [3] } }, data),
      FormatError,
      /expected 3 F32, got 0 to 8/,
    ],
    [
      "with a size beyond all",
      storeHeader({ a: { ...entry, shape: [2 ** 52, 2 ** 52] } }, data),
      FormatError,
      /got 0 to 8/,
    ],
    [
      "with an unknown type",
      storeHeader({ a: { ...entry, dtype: "F4" } }, data),
      UnsupportedError,
      /"F4" is not known/,
    ],
    [
      "with three offsets",
      storeHeader({ a: { ...entry, data_offsets: [0, 8, 8] } }, data),
      FormatError,
      /data_offsets/,
    ],
    ["with one offset", storeHeader({ a: { ...entry, data_offsets: [0] } }, data), FormatError, /data_offsets/],
    [
      "with no offsets",
      storeHeader({ a: { ...entry, data_offsets: null } }, data),
      FormatError,
      /data_offsets expected an array/,
    ],
  ])("%s is refused", async (_, file, type, message) => {
    await expect(loadModel(file)).rejects.toThrow(type);
    await expect(loadModel(file)).rejects.toThrow(message);
  });
});
