/** Weights as TensorFlow.js stores them: one group, cut into shards wherever it comes. */

export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: Readonly<Record<string, unknown>>;
  /** The elements as they are stored: float16 as its bits. */
  readonly data: Float32Array | Int32Array | Uint16Array | Uint8Array;
}

/** A manifest of one group, and its shards of so many bytes by their paths. */
export function storeWeights(weights: readonly StoredWeight[], shardBytes = Infinity) {
  const bytes = Buffer.concat(weights.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes));
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  const shards = new Map(
    paths.map((path, i) => [path, new Uint8Array(bytes.subarray(i * shardBytes || 0, (i + 1) * shardBytes))]),
  );
  const entries = weights.map(({ name, shape, dtype, quantization }) => ({ name, shape, dtype, quantization }));
  return { manifest: [{ paths, weights: entries }], shards };
}

/** The files of a TensorFlow.js model: `model.json` and the shards that it names. */
export function storeModel(
  topology: unknown,
  weights: readonly StoredWeight[],
  { shardBytes, signature }: { readonly shardBytes?: number; readonly signature?: unknown } = {},
): Record<string, Uint8Array> {
  const { manifest, shards } = storeWeights(weights, shardBytes);
  const json = JSON.stringify({ modelTopology: topology, weightsManifest: manifest, signature });
  return { "model.json": new TextEncoder().encode(json), ...Object.fromEntries(shards) };
}

/** A float32 weight with seeded numbers around `centre`. */
export function seededWeight(name: string, shape: readonly number[], random: () => number, centre = 0): StoredWeight {
  const length = shape.reduce((a, b) => a * b, 1);
  return { name, shape, dtype: "float32", data: Float32Array.from({ length }, () => centre + random() - 0.5) };
}
