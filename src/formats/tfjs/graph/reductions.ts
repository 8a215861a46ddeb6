/** Nodes that reduce dimensions to one number, or to the position of one. */
import { rare } from "../../../ir/rare.js";
import { axisOf, emit, emitAll, integer, integers, reshape, shapeOf, input, type Reader, type Source, type Value } from "./source.js"; // prettier-ignore

type Reduction = "mean" | "sum" | "max" | "min";

/** The mean over height and width has a kernel of its own. */
function readReduction(source: Source, name: Reduction): Value {
  const x = input(source, 0);
  const shape = shapeOf(source, x);
  const axes = [...new Set(integers(source, 1).map((axis) => axisOf(axis, shape.length)))].toSorted((a, b) => a - b);
  const keepDims = source.attributes.flag("keep_dims");
  if (name === "mean" && shape.length === 4 && axes.join() === "1,2") {
    return emit(source, { type: "mean", keepDims }, [x]);
  }
  const attributes = rare({ type: "reduce", function: name, axes });
  if (keepDims || !axes.length) return emit(source, attributes, [x]);
  const kept = emit(source, attributes, [x], `${source.name}/kept`);
  return reshape(
    source,
    kept,
    shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function readArgMax(source: Source, least: boolean): Value {
  const x = input(source, 0);
  const axis = axisOf(integer(source, 1), shapeOf(source, x).length);
  return emit(source, rare({ type: "argmax", axis, least }), [x]);
}

function readTopK(source: Source): Value[] {
  return emitAll(source, rare({ type: "topk", k: integer(source, 1) }), [input(source, 0)]);
}

export const REDUCTIONS: Readonly<Record<string, Reader>> = {
  ArgMax: (source) => readArgMax(source, false),
  ArgMin: (source) => readArgMax(source, true),
  Max: (source) => readReduction(source, "max"),
  Mean: (source) => readReduction(source, "mean"),
  Min: (source) => readReduction(source, "min"),
  Sum: (source) => readReduction(source, "sum"),
  TopKV2: readTopK,
};
