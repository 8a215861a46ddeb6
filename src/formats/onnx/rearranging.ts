/** ONNX's operators that move, cut and join elements, on computed values and on constants, and the sources of constants. */
import { FormatError, quote, UnsupportedError } from "../../errors.js";
import { broadcastShape } from "../../ir/ops/broadcast.js";
import { elementCount, formatShape } from "../../ir/tensor.js";
import { rare } from "../../ir/rare.js";
import type { Padding } from "../../ir/window.js";
import { constantOf, elementTypeOf, expectSizes, integersOf, type Constant } from "./constants.js";
import { broadcastTo, cast, concatenated, expectFew, gathered, permutedConstant, sliced } from "./fold.js";
import { commonOrder, extended, IMAGE, inOrder, shapeOf, transposed, type Activation, type Value } from "./layout.js";
import {
  activationAt,
  axesOf,
  axisOf,
  constantAt,
  integersAt,
  integersIn,
  made,
  scalarOf,
  type Reader,
  type Source,
} from "./source.js";

export const REARRANGING: Readonly<Record<string, Reader>> = {
  Cast: readCast,
  Concat: readConcat,
  Constant: readConstant,
  ConstantOfShape: readConstantOfShape,
  DepthToSpace: readDepthToSpace,
  Dropout: (source) => valueAt(source),
  Expand: readExpand,
  Flatten: readFlatten,
  Gather: readGather,
  Identity: (source) => valueAt(source),
  Pad: readPad,
  Reshape: readReshape,
  Shape: readShape,
  Slice: readSlice,
  Split: readSplit,
  SpaceToDepth: readSpaceToDepth,
  Squeeze: readSqueeze,
  Tile: readTile,
  Transpose: readTranspose,
  Unsqueeze: readUnsqueeze,
};

function valueAt(source: Source): Value {
  const [x] = source.inputs;
  if (!x) throw new FormatError("input 0 expected, got none");
  return x;
}

/** The value in dimensions of other sizes. */
function reshaped({ arranger }: Source, x: Value, shape: readonly number[]): Value {
  if (elementCount(shape) !== elementCount(shapeOf(x))) {
    throw new FormatError(`cannot make ${formatShape(shape)} of ${formatShape(shapeOf(x))}`);
  }
  if (x.kind === "activation") return arranger.reshaped(x, shape);
  const { quantization, ...rest } = x;
  if (!quantization || quantization.scale.length === 1) return { ...x, shape };
  return { ...rest, shape, quantization: { ...quantization, axis: sameAxis(x.shape, shape, quantization.axis) } };
}

/** Where the dimension with the scales is after a reshape. */
function sameAxis(from: readonly number[], to: readonly number[], axis: number): number {
  const outer = elementCount(from.slice(0, axis));
  const found = to.findIndex((size, i) => size === from[axis] && elementCount(to.slice(0, i)) === outer);
  if (found < 0)
    throw new UnsupportedError("reshape of quantised weights expected to keep the dimension of their scales");
  return found;
}

function readReshape(source: Source): Value {
  const x = valueAt(source);
  const asked = integersIn(source, "shape", 1);
  if (!asked) throw new FormatError("shape expected, got none");
  const from = shapeOf(x);
  const keepsZero = source.attributes.int("allowzero", 0) === 0;
  const sizes = asked.map((size, i) => (size === 0 && keepsZero ? (from[i] ?? 0) : size));
  const unknown = sizes.indexOf(-1);
  if (unknown >= 0) {
    const known = sizes.reduce((product, size, i) => (i === unknown ? product : product * size), 1);
    sizes[unknown] = elementCount(from) / known;
  }
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new FormatError(`cannot make ${formatShape(asked)} of ${formatShape(from)}`);
  }
  return reshaped(source, x, sizes);
}

function readFlatten(source: Source): Value {
  const x = valueAt(source);
  const sizes = shapeOf(x);
  const given = source.attributes.int("axis", 1);
  const axis = given === sizes.length ? given : axisOf(given, sizes.length);
  return reshaped(source, x, [elementCount(sizes.slice(0, axis)), elementCount(sizes.slice(axis))]);
}

function readSqueeze(source: Source): Value {
  const x = valueAt(source);
  const sizes = shapeOf(x);
  const given = integersIn(source, "axes", 1);
  const axes = given ? axesOf(given, sizes.length) : inOrder(sizes.length).filter((axis) => sizes[axis] === 1);
  const wrong = axes.find((axis) => sizes[axis] !== 1);
  if (wrong !== undefined) throw new FormatError(`axes expected of size 1, got ${wrong} of ${formatShape(sizes)}`);
  return reshaped(
    source,
    x,
    sizes.filter((_, axis) => !axes.includes(axis)),
  );
}

function readUnsqueeze(source: Source): Value {
  const x = valueAt(source);
  const sizes = shapeOf(x);
  const given = integersIn(source, "axes", 1);
  if (!given) throw new FormatError("axes expected, got none");
  const rank = sizes.length + given.length;
  const axes = axesOf(given, rank);
  const rest = [...sizes];
  return reshaped(
    source,
    x,
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!)),
  );
}

function readTranspose(source: Source): Value {
  const x = valueAt(source);
  const rank = shapeOf(x).length;
  const permutation = source.attributes.ints("perm") ?? inOrder(rank).toReversed();
  if (permutation.length !== rank) throw new FormatError(`perm expected ${rank} dimensions, got ${permutation.length}`);
  const order = axesOf(permutation, rank);
  return x.kind === "constant" ? permutedConstant(x, order) : transposed(x, order);
}

function readShape(source: Source): Value {
  const { attributes, name } = source;
  const sizes = shapeOf(valueAt(source));
  const part = sizes.slice(attributes.int("start", 0), attributes.int("end", sizes.length));
  return constantOf(name, [part.length], "int64", part);
}

function readConstant({ attributes, name }: Source): Value {
  const tensor = attributes.tensor("value");
  if (tensor) return { ...tensor, name };
  const floats = attributes.floats("value_floats");
  const ints = attributes.ints("value_ints");
  if (attributes.has("value_float")) return constantOf(name, [], "float32", [attributes.float("value_float", 0)]);
  if (attributes.has("value_int")) return constantOf(name, [], "int64", [attributes.int("value_int", 0)]);
  if (attributes.has("value_floats")) return constantOf(name, [floats!.length], "float32", floats!);
  if (attributes.has("value_ints")) return constantOf(name, [ints!.length], "int64", ints!);
  throw new UnsupportedError("value expected a tensor, or numbers");
}

function readConstantOfShape(source: Source): Value {
  const shape = expectSizes(integersAt(source, 0) ?? []);
  const value = source.attributes.tensor("value");
  const count = elementCount(shape);
  expectFew(count);
  const type = value?.type ?? "float32";
  return constantOf(source.name, shape, type, Array<number>(count).fill(value?.data[0] ?? 0));
}

/** Computed values are float32 whatever type of real numbers they are cast to. */
function readCast(source: Source): Value {
  const x = valueAt(source);
  const type = elementTypeOf(source.attributes.int("to", 0));
  if (x.kind === "constant") return cast(x, type);
  if (type !== "float32" || source.net.tensor(x.tensor).dtype !== "float32") {
    throw new UnsupportedError(`computed values expected to stay float32, got ${type}`);
  }
  return x;
}

function readExpand(source: Source): Value {
  const x = valueAt(source);
  const shape = expectSizes(integersAt(source, 1) ?? []);
  if (x.kind === "constant") {
    expectFew(elementCount(shape));
    return broadcastTo(x, shape);
  }
  const to = broadcastShape([{ shape: shapeOf(x) }, { shape }]);
  const value = extended(x, to.length);
  return tiled(
    source,
    value,
    shapeOf(value).map((size, i) => to[i]! / size),
  );
}

function readTile(source: Source): Value {
  const x = activationAt(source, 0);
  const repeats = integersAt(source, 1);
  if (repeats?.length !== x.dims.length) throw new FormatError(`repeats expected ${x.dims.length} numbers`);
  return tiled(source, x, repeats);
}

function tiled(source: Source, x: Activation, repeats: readonly number[]): Value {
  if (repeats.every((times) => times === 1)) return x;
  const { order, tensor } = arrangedFor(source, x);
  const op = rare({ type: "tile", multiples: order.map((dimension) => repeats[dimension]!) });
  return made(source, source.net.add(source.name, op, tensor), order);
}

function readGather(source: Source): Value {
  const x = valueAt(source);
  const indices = constantAt(source, 1);
  const sizes = shapeOf(x);
  const axis = axisOf(source.attributes.int("axis", 0), sizes.length);
  if (x.kind === "constant") {
    expectFew((elementCount(sizes) / sizes[axis]!) * indices.data.length);
    return gathered(x, axis, indices);
  }
  const places = integersOf(indices).map((index) => (index < 0 ? index + sizes[axis]! : index));
  const [first, second] = places;
  const step = second === undefined ? 1 : second - first!;
  const isSlice = step !== 0 && places.every((index, i) => index === first! + i * step);
  const parts = isSlice
    ? cut(source, x, [{ axis, begin: first!, size: places.length, step }], source.name)
    : gatheredFrom(source, x, axis, places);
  return reshaped(source, parts, [...sizes.slice(0, axis), ...indices.shape, ...sizes.slice(axis + 1)]);
}

function gatheredFrom(source: Source, x: Activation, axis: number, indices: readonly number[]): Activation {
  const { order, tensor } = arrangedFor(source, x);
  const op = rare({ type: "gather", axis: order.indexOf(axis), indices });
  return made(source, source.net.add(source.name, op, tensor), order);
}

/** A part along one dimension. */
interface Cut {
  readonly axis: number;
  readonly begin: number;
  readonly size: number;
  readonly step: number;
}

function cut(source: Source, x: Value, cuts: readonly Cut[], name: string): Value {
  const sizes = shapeOf(x);
  const [begin, size, step] = [sizes.map(() => 0), [...sizes], sizes.map(() => 1)];
  for (const part of cuts) {
    begin[part.axis] = part.begin;
    size[part.axis] = part.size;
    step[part.axis] = part.step;
  }
  for (const [i, all] of sizes.entries()) {
    const last = begin[i]! + step[i]! * (size[i]! - 1);
    if (!(size[i]! >= 1 && begin[i]! >= 0 && begin[i]! < all && last >= 0 && last < all)) {
      throw new UnsupportedError(
        `slice expected inside of ${formatShape(sizes)}, got ${size[i]} from ${begin[i]} to ${last}`,
      );
    }
  }
  if (size.every((each, i) => each === sizes[i] && step[i] === 1)) return x;
  if (x.kind === "constant") {
    expectFew(elementCount(size));
    return sliced(x, begin, size, step);
  }
  const { order, tensor } = arrangedFor(source, x);
  const ordered = (values: readonly number[]) => order.map((dimension) => values[dimension]!);
  const attributes = rare({ type: "slice", begin: ordered(begin), size: ordered(size), step: ordered(step) });
  return made(source, source.net.add(name, attributes, tensor), order);
}

/** A value of at most four dimensions in an order that costs little. */
function arrangedFor({ arranger }: Source, x: Activation): { order: readonly number[]; tensor: number } {
  const rank = x.dims.length;
  if (rank > 4) throw new UnsupportedError(`input expected at most 4 dimensions, got ${formatShape(shapeOf(x))}`);
  const order = commonOrder([x], rank);
  return {
    order,
    tensor: arranger.tensor(
      x,
      order.map((dimension) => [dimension]),
    ),
  };
}

function readSlice(source: Source): Value {
  const x = valueAt(source);
  const sizes = shapeOf(x);
  const starts = integersIn(source, "starts", 1);
  const ends = integersIn(source, "ends", 2);
  if (!starts || starts.length !== ends?.length) throw new FormatError("starts and ends expected, as many of each");
  const axes = axesOf(integersIn(source, "axes", 3) ?? inOrder(starts.length), sizes.length);
  const steps = integersAt(source, 4) ?? starts.map(() => 1);
  if (axes.length !== starts.length || steps.length !== starts.length) {
    throw new FormatError(`axes and steps expected ${starts.length} elements`);
  }
  const cuts = axes.map((axis, i): Cut => {
    const [size, step] = [sizes[axis]!, steps[i]!];
    if (step === 0) throw new FormatError("steps expected not 0");
    const from0 = (place: number) => (place < 0 ? place + size : place);
    const clamp = (place: number, low: number, high: number) => Math.min(Math.max(place, low), high);
    const begin = step > 0 ? clamp(from0(starts[i]!), 0, size) : clamp(from0(starts[i]!), 0, size - 1);
    const end = step > 0 ? clamp(from0(ends[i]!), 0, size) : clamp(from0(ends[i]!), -1, size - 1);
    return { axis, begin, size: Math.max(0, Math.ceil((end - begin) / step)), step };
  });
  if (x.kind === "constant" && cuts.some(({ size }) => size === 0)) {
    // Exporters cut nothing out of shapes.
    return constantOf(source.name, [0], x.type, []);
  }
  return cut(source, x, cuts, source.name);
}

function readSplit(source: Source): readonly Value[] {
  const x = valueAt(source);
  const sizes = shapeOf(x);
  const axis = axisOf(source.attributes.int("axis", 0), sizes.length);
  const each = Math.ceil(sizes[axis]! / source.outputs);
  const equal = Array.from({ length: source.outputs }, (_, i) => Math.min(each, sizes[axis]! - i * each));
  const parts = integersIn(source, "split", 1) ?? equal;
  if (parts.length !== source.outputs || parts.reduce((sum, size) => sum + size, 0) !== sizes[axis]) {
    throw new FormatError(`split expected ${source.outputs} parts of ${sizes[axis]}, got ${parts}`);
  }
  let begin = 0;
  return parts.map((size, i) => {
    const part = cut(source, x, [{ axis, begin, size, step: 1 }], i ? `${source.name}/${i}` : source.name);
    begin += size;
    return part;
  });
}

function readConcat(source: Source): Value {
  const values = source.inputs.filter((value) => value !== undefined);
  const [first] = values;
  if (!first) throw new FormatError("inputs expected, got none");
  const sizes = shapeOf(first);
  const rank = sizes.length;
  const axis = axisOf(source.attributes.int("axis", 1), rank);
  const constants = values.filter(
    (value): value is Constant => value.kind === "constant" && elementCount(value.shape) > 0,
  );
  const computed = values.filter((value) => value.kind === "activation");
  if (!computed.length) {
    expectFew(constants.reduce((sum, { data }) => sum + data.length, 0));
    return concatenated(constants.length ? constants : [first as Constant], axis);
  }
  if (constants.length) throw new UnsupportedError("inputs expected computed, got a constant");
  if (rank > 4) throw new UnsupportedError(`inputs expected at most 4 dimensions, got ${formatShape(sizes)}`);
  for (const value of computed) {
    const shape = shapeOf(value);
    if (shape.length !== rank || shape.some((size, i) => i !== axis && size !== sizes[i])) {
      throw new FormatError(
        `input expected ${formatShape(sizes)} but for dimension ${axis}, got ${formatShape(shape)}`,
      );
    }
  }
  const order = commonOrder(computed, rank);
  const groups = order.map((dimension) => [dimension]);
  const tensors = computed.map((value) => source.arranger.tensor(value, groups));
  const place = order.indexOf(axis);
  return made(source, source.net.add(source.name, rare({ type: "concatenation", axis: place }), ...tensors), order);
}

function readPad(source: Source): Value {
  const { attributes, net, name, inputs } = source;
  const x = activationAt(source, 0);
  const rank = x.dims.length;
  const mode = attributes.text("mode", "constant");
  const amounts = integersIn(source, "pads", 1);
  const axes = axesOf(integersAt(source, 3) ?? inOrder(rank), rank);
  if (!amounts || amounts.length !== 2 * axes.length)
    throw new FormatError("pads expected two numbers for each dimension");
  const value = inputs[2] ? scalarOf(constantAt(source, 2)) : attributes.float("value", 0);
  const [before, after] = [Array<number>(rank).fill(0), Array<number>(rank).fill(0)];
  for (const [i, axis] of axes.entries()) {
    before[axis] = amounts[i]!;
    after[axis] = amounts[i + axes.length]!;
  }
  if ([...before, ...after].every((amount) => amount === 0)) return x;
  if (mode !== "constant" && mode !== "reflect" && mode !== "edge") {
    throw new UnsupportedError(`mode expected constant, reflect or edge, got ${quote(mode)}`);
  }
  if ([...before, ...after].some((amount) => amount < 0))
    throw new UnsupportedError(`pads expected from 0, got ${amounts}`);
  const { order, tensor } = arrangedFor(source, x);
  const ordered = (values: readonly number[]) => order.map((dimension) => values[dimension]!);
  const isBorder =
    order === IMAGE && mode === "constant" && value === 0 && !(before[0] || before[1] || after[0] || after[1]);
  const padding: Padding = { top: before[2]!, bottom: after[2]!, left: before[3]!, right: after[3]! };
  const op = isBorder
    ? ({ type: "pad", padding } as const)
    : rare({ type: "padany", mode, value, before: ordered(before), after: ordered(after) });
  return made(source, net.add(name, op, tensor), order);
}

function readDepthToSpace(source: Source): Value {
  const { attributes, net, name } = source;
  const blockSize = attributes.int("blocksize", 0);
  const mode = attributes.text("mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD") throw new FormatError(`mode expected DCR or CRD, got ${quote(mode)}`);
  const op = rare({ type: "depthtospace", blockSize, order: mode === "DCR" ? "dcr" : "crd" });
  return made(source, net.add(name, op, imageOf(source)), IMAGE);
}

function readSpaceToDepth(source: Source): Value {
  const { attributes, net, name } = source;
  const op = rare({ type: "spacetodepth", blockSize: attributes.int("blocksize", 0) });
  return made(source, net.add(name, op, imageOf(source)), IMAGE);
}

/** The first input in NHWC. */
function imageOf(source: Source): number {
  return source.arranger.tensor(
    activationAt(source, 0, 4),
    IMAGE.map((dimension) => [dimension]),
  );
}
