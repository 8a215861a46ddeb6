/**
 * The weights of a TensorFlow.js model: a manifest in JSON says which tensors lie one after another in the bytes of
 * which shards, and how the quantised ones become numbers.
 */
import { describe, FormatError, quote, UnsupportedError } from "../../errors.js";
import type { Contents } from "../../io/source.js";
import { halfToNumber } from "../../ir/numbers.js";
import { elementCount, type Tensor } from "../../ir/tensor.js";
import { asArray, asNumber, asObject, asSizes, asString } from "../json.js";

/** Tensors that lie one after another, without gaps, in the joined bytes of some files. */
interface Group {
  /** Relative to the manifest. */
  readonly paths: readonly string[];
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  /** What the numbers are. */
  readonly dtype: "float32" | "int32";
  /** How each is stored. */
  readonly stored: keyof typeof STORED_BYTES;
  readonly scale: number;
  readonly min: number;
}

/** Files are read at the same time; those of converters have 4 MB each. */
const MAX_SHARDS = 1000;

const STORED_BYTES = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 } as const;

/** A weights manifest that has been checked. */
export class WeightsManifest {
  readonly #groups: readonly Group[];

  /**
   * @param json what `weightsManifest` in a model.json holds, or a whole manifest file: an array of groups.
   * @throws FormatError if it is no such thing or a path leads out of its folder, UnsupportedError for element types
   * other than float32 and int32, stored as they are, as uint8, as uint16 or as float16.
   */
  constructor(json: unknown) {
    this.#groups = asArray(json, "weights manifest").map(readGroup);
    if (this.paths.length > MAX_SHARDS) {
      throw new UnsupportedError(`weights manifest expected at most ${MAX_SHARDS} paths, got ${this.paths.length}`);
    }
    expectUnique("path", this.paths);
    expectUnique(
      "weight",
      this.#groups.flatMap(({ entries }) => entries.map(({ name }) => name)),
    );
  }

  /** The files with the weights, relative to the manifest: names and folders below it, separated by `/`. */
  get paths(): readonly string[] {
    return this.#groups.flatMap(({ paths }) => paths);
  }

  /**
   * The tensors by name. Those that are stored as they are used are views of the shards where alignment permits.
   *
   * @param shards the bytes of each of `paths`.
   * @throws FormatError if a group's shards have more or fewer bytes than its tensors.
   */
  read(shards: ReadonlyMap<string, Uint8Array>): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    for (const [index, group] of this.#groups.entries()) {
      const parts = group.paths.map((path) => shards.get(path) ?? missing(path));
      const expected = group.entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
      const got = parts.reduce((sum, part) => sum + part.length, 0);
      if (got !== expected) {
        throw new FormatError(`weights group ${index} expected ${expected} bytes in its shards, got ${got}`);
      }
      const bytes = joined(parts, got);
      let at = 0;
      for (const entry of group.entries) {
        const end = at + bytesOf(entry);
        const { name, shape, dtype } = entry;
        tensors.set(name, { name, shape, dtype, data: numbersOf(entry, bytes.subarray(at, end)) });
        at = end;
      }
    }
    return tensors;
  }
}

/**
 * Reads the tensors of a weights manifest from the shards beside its file.
 *
 * @param json as for WeightsManifest.
 * @param argument names the file in messages.
 * @throws as WeightsManifest does, and TypeError if the file is in no folder.
 */
export async function readWeights(json: unknown, { beside }: Contents, argument: string): Promise<Map<string, Tensor>> {
  const manifest = new WeightsManifest(json);
  const { paths } = manifest;
  if (!beside && paths.length) {
    throw new TypeError(
      `"${argument}" expected a path, a URL or the bytes of each file by its name, because its weights are in ` +
        `${paths.length} other files: ${quote(paths[0]!)}, …`,
    );
  }
  return manifest.read(new Map(await Promise.all(paths.map(async (path) => [path, await beside!(path)] as const))));
}

function readGroup(json: unknown, index: number): Group {
  const what = `weights group ${index}`;
  const { paths, weights } = asObject(json, what);
  return {
    paths: asArray(paths, `${what}: paths`).map((path) => asShardPath(path, what)),
    entries: asArray(weights, `${what}: weights`).map((entry) => readEntry(entry, what)),
  };
}

function readEntry(json: unknown, where: string): Entry {
  const entry = asObject(json, `${where}: weight`);
  const name = asString(entry.name, `${where}: name`);
  const what = `weight ${quote(name)}`;
  const dtype = asString(entry.dtype, `${what}: dtype`);
  if (dtype !== "float32" && dtype !== "int32") {
    throw new UnsupportedError(`${what}: dtype expected float32 or int32, got ${describe(dtype)}`);
  }
  const shape = asSizes(entry.shape, `${what}: shape`);
  const plain: Entry = { name, shape, dtype, stored: dtype, scale: 1, min: 0 };
  return entry.quantization === undefined ? plain : quantised(plain, entry.quantization, what);
}

function quantised(entry: Entry, json: unknown, what: string): Entry {
  const quantization = asObject(json, `${what}: quantization`);
  const stored = asString(quantization.dtype, `${what}: quantization.dtype`);
  if (stored === "float16" && entry.dtype === "float32") return { ...entry, stored };
  if (stored !== "uint8" && stored !== "uint16") {
    throw new UnsupportedError(
      `${what}: quantization.dtype expected uint8, uint16 or, for float32, float16, got ${quote(stored)}`,
    );
  }
  const scale = asNumber(quantization.scale, `${what}: quantization.scale`);
  const min = asNumber(quantization.min, `${what}: quantization.min`);
  return { ...entry, stored, scale, min };
}

/** A path that stays in the folder of its manifest, on every system and as a part of a URL. */
function asShardPath(value: unknown, where: string): string {
  // Models that a page saved with TensorFlow.js have `./` before each.
  const path = asString(value, `${where}: path`).replace(/^\.\//, "");
  const inFolder = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!inFolder || /[\\:\u0000-\u001f]/.test(path)) {
    throw new FormatError(`${where}: path expected one below the manifest's folder, got ${describe(path)}`);
  }
  return path;
}

function expectUnique(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new FormatError(`weights manifest: ${what} ${quote(name)} expected once`);
    seen.add(name);
  }
}

function missing(path: string): never {
  throw new FormatError(`the shard ${quote(path)} is missing`);
}

function bytesOf({ shape, stored }: Entry): number {
  return elementCount(shape) * STORED_BYTES[stored];
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** q · scale + min is computed in float64 and rounded once: to float32, or to a whole number for int32. */
function numbersOf({ dtype, stored, scale, min }: Entry, bytes: Uint8Array): Float32Array | Int32Array {
  const aligned = bytes.byteOffset % STORED_BYTES[stored] === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset } = aligned;
  const count = bytes.length / STORED_BYTES[stored];
  if (stored === "float32") return new Float32Array(buffer as ArrayBuffer, byteOffset, count);
  if (stored === "int32") return new Int32Array(buffer as ArrayBuffer, byteOffset, count);
  const codes = stored === "uint8" ? aligned : new Uint16Array(buffer, byteOffset, count);
  const numbers = dtype === "int32" ? new Int32Array(count) : new Float32Array(count);
  if (stored === "float16") for (let i = 0; i < count; ++i) numbers[i] = halfToNumber(codes[i]!);
  else if (dtype === "int32") for (let i = 0; i < count; ++i) numbers[i] = Math.round(codes[i]! * scale + min);
  else for (let i = 0; i < count; ++i) numbers[i] = codes[i]! * scale + min;
  return numbers;
}
