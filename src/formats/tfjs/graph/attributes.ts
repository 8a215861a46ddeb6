/** The attributes of a node, as protocol buffers in JSON have them. Their defaults are TensorFlow's. */
import { describe, FormatError, UnsupportedError } from "../../../errors.js";
import type { DType } from "../../../ir/tensor.js";
import { asNumber, asObject, asShortArray, asString, asWhole, type JsonObject } from "../../json.js";

/** Inputs of a node, dimensions of a shape, and elements of a list: operators that we have take fewer. */
export const MAX_LIST = 100;

export class Attributes {
  readonly #json: JsonObject;

  constructor(json: JsonObject) {
    this.#json = json;
  }

  /** The value under a key of the union that attributes are; undefined if the node does not say. */
  #value(name: string, kind: string): unknown {
    const attribute = this.#json[name];
    return attribute === undefined ? undefined : asObject(attribute, name)[kind];
  }

  #list(name: string, kind: string): readonly unknown[] {
    const list = this.#value(name, "list");
    return list === undefined ? [] : asShortArray(asObject(list, name)[kind] ?? [], name, MAX_LIST);
  }

  flag(name: string): boolean {
    return this.#value(name, "b") === true;
  }

  number(name: string, fallback: number): number {
    return asNumber(this.#value(name, "f") ?? fallback, name);
  }

  /** 64-bit integers are text. */
  integer(name: string, fallback: number): number {
    return asWhole(integer(this.#value(name, "i") ?? fallback), name, -(2 ** 31));
  }

  integers(name: string): readonly number[] {
    return this.#list(name, "i").map((value) => asWhole(integer(value), name, -(2 ** 31)));
  }

  string(name: string, fallback: string): string {
    const value = this.#value(name, "s");
    return value === undefined ? fallback : decoded(value, name);
  }

  strings(name: string): readonly string[] {
    return this.#list(name, "s").map((value) => decoded(value, name));
  }

  /** Throws UnsupportedError for types that TensorFlow.js itself lacks. */
  dtype(name: string, fallback: DType): DType {
    const type = this.#value(name, "type");
    if (type === undefined) return fallback;
    const dtype = typeof type === "string" || typeof type === "number" ? DTYPES.get(type) : undefined;
    if (!dtype) throw new UnsupportedError(`${name} expected float32, int32 or bool, got ${describe(type)}`);
    return dtype;
  }

  /** Sizes; -1 is any. undefined if the node does not know their number. */
  shape(name: string): readonly number[] | undefined {
    const { dim, unknownRank } = asObject(this.#value(name, "shape") ?? { unknownRank: true }, name);
    if (unknownRank === true) return undefined;
    return asShortArray(dim ?? [], name, MAX_LIST).map((each) =>
      asWhole(integer(asObject(each, name).size ?? 0), name, -1),
    );
  }
}

/** By name, or by the number that old files have. */
const DTYPES: ReadonlyMap<string | number, DType> = new Map<string | number, DType>([
  ["DT_FLOAT", "float32"],
  ["DT_INT32", "int32"],
  ["DT_INT64", "int32"],
  ["DT_BOOL", "bool"],
  [1, "float32"],
  [3, "int32"],
  [9, "int32"],
  [10, "bool"],
]);

/** The number that text stands for; anything but text as it is. */
function integer(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? Number(value) : value;
}

/** Bytes are text in base 64; old files have them as numbers. */
function decoded(value: unknown, name: string): string {
  if (Array.isArray(value)) {
    return asShortArray(value, name, MAX_LIST)
      .map((code) => String.fromCharCode(asWhole(code, name)))
      .join("");
  }
  try {
    return atob(asString(value, name));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${name} expected base 64, got ${describe(value)}`);
  }
}
