/** Parameters of kernels in linear memory: the records that assembly/abi defines, and the views that they refer to. */
import { LAYOUTS, type FieldType } from "../../build/abi.js";
import {
  fieldsOf,
  isStored,
  viewsOf,
  type Call,
  type Packed,
  type PackedPart,
  type Stored,
  type TileView,
  type View,
} from "./call.js";

/** Addresses of everything that parameters refer to. */
export interface Places {
  stored(stored: Stored): number;
  packed(packed: Packed): number;
  readonly zeros: number;
}

const FIELD_BYTES = 4;

/** Returns the most bytes that the parameters of these calls take, views included. */
export function paramsBytes(calls: readonly Call[]): number {
  const fields = calls.map((call) => fieldsOf(call).length + viewsOf(call).length * LAYOUTS.Rows.length);
  return FIELD_BYTES * fields.reduce((sum, count) => sum + count, 0);
}

/** Writes parameters one after another; equal views are written once. */
export class ParamsWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #places: Places;
  readonly #written = new Map<string, number>();
  #end = 0;

  /** @param start the address that the bytes will lie at. */
  constructor(start: number, bytes: number, places: Places) {
    this.bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.bytes.buffer);
    this.#start = start;
    this.#places = places;
  }

  /** Writes the parameters of a call and returns their address. */
  write(call: Call): number {
    const fields = fieldsOf(call).map(({ type, value }) => ({ type, value: this.#resolve(type, value) }));
    return this.#append(fields);
  }

  #resolve(type: FieldType, value: unknown): number {
    if (type === "tensor" || type === "rows") return this.#writeView(value as View | TileView);
    if (typeof value === "number") return value;
    if (value === "zeros") return this.#places.zeros;
    if (value === "unused") return 0;
    const constant = value as Packed | PackedPart;
    return "whole" in constant ? this.#places.packed(constant.whole) + constant.offset : this.#places.packed(constant);
  }

  /** Every view is written as Rows, which begins like Tensor. */
  #writeView({ of, fields }: View | TileView): number {
    const onTile = of === "tile";
    const address = onTile ? 0 : isStored(of) ? this.#places.stored(of) : this.#places.packed(of);
    const values: Readonly<Record<string, number>> = { ...fields, address, onTile: Number(onTile) };
    const key = LAYOUTS.Rows.map(([name]) => values[name]).join();
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const at = this.#append(LAYOUTS.Rows.map(([name, type]) => ({ type, value: values[name]! })));
    this.#written.set(key, at);
    return at;
  }

  #append(fields: readonly { readonly type: FieldType; readonly value: number }[]): number {
    const begin = this.#end;
    for (const { type, value } of fields) {
      if (type === "f32") this.#view.setFloat32(this.#end, value, true);
      else this.#view.setInt32(this.#end, value, true);
      this.#end += FIELD_BYTES;
    }
    return this.#start + begin;
  }
}
