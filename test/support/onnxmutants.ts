/** ONNX files with something wrong in them: in a field before they are written, or in a byte. */
import { onnxFile, type OnnxAttributeValue, type OnnxConstant, type OnnxNodeSource, type OnnxSource } from "./onnx.js";
import { LAYOUT_CASES, OPERATOR_CASES, quantizedBranches, quantizedResidual } from "./onnxcases.js";
import { flips } from "./mutate.js";

export const ONNX_SOURCES: readonly OnnxSource[] = [
  ...Object.values(OPERATOR_CASES),
  ...Object.values(LAYOUT_CASES),
  quantizedResidual(true),
  quantizedBranches(false),
];

type Random = () => number;

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(items.length * random())]!;
}

const NUMBERS = [0, 1, -1, 2, 3, 5, 7, 16, 100, 255, 65536, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 40];
const TEXTS = ["", "SAME_UPPER", "VALID", "linear", "reflect", "CRD", "constructor"];

/** Mutants of small models. */
export function* onnxMutants(count: number, random: Random): Generator<Uint8Array> {
  for (let i = 0; i < count; ++i) {
    const source = pick(ONNX_SOURCES, random);
    if (random() < 0.3) yield* flips(onnxFile(source), 1, random);
    else yield onnxFile(mutated(source, random));
  }
}

/** A model with one to three changes of its nodes, constants, inputs or version. */
function mutated(source: OnnxSource, random: Random): OnnxSource {
  let changed = source;
  for (let left = 1 + Math.floor(3 * random()); left > 0; --left) changed = changedOnce(changed, random);
  return changed;
}

function changedOnce(source: OnnxSource, random: Random): OnnxSource {
  const kind = random();
  const { nodes, constants = {}, inputs } = source;
  if (kind < 0.5) {
    const at = Math.floor(nodes.length * random());
    const names = [...nodes.flatMap((node) => [...node.inputs, ...node.outputs]), ...Object.keys(constants), ""];
    return { ...source, nodes: nodes.with(at, changedNode(nodes[at]!, names, random)) };
  }
  const [name] = Object.keys(constants).length ? [pick(Object.keys(constants), random)] : [];
  if (kind < 0.75 && name !== undefined) {
    return { ...source, constants: { ...constants, [name]: changedConstant(constants[name]!, random) } };
  }
  if (kind < 0.9) {
    const input = pick(Object.keys(inputs), random);
    return { ...source, inputs: { ...inputs, [input]: changedList(inputs[input]!, random) } };
  }
  return kind < 0.95
    ? { ...source, opset: pick([6, 7, 9, 11, 13, 18, 21, 22], random) }
    : { ...source, outputs: ["x"] };
}

function changedNode(node: OnnxNodeSource, names: readonly string[], random: Random): OnnxNodeSource {
  const kind = random();
  if (kind < 0.25)
    return {
      ...node,
      type: pick(
        ONNX_SOURCES.flatMap(({ nodes }) => nodes),
        random,
      ).type,
    };
  if (kind < 0.5) {
    const inputs = [...node.inputs];
    inputs[Math.floor((inputs.length + 1) * random())] = pick(names, random);
    return { ...node, inputs: inputs.map((input) => input ?? "") };
  }
  if (kind < 0.6) return { ...node, outputs: [pick(names, random), ...node.outputs.slice(1)] };
  const others = ONNX_SOURCES.flatMap(({ nodes }) => nodes).flatMap(({ attributes = {} }) =>
    Object.entries(attributes),
  );
  const known = Object.entries(node.attributes ?? {});
  const [name, value] = pick(known.length && random() < 0.7 ? known : others, random);
  return { ...node, attributes: { ...node.attributes, [name]: changedValue(value, random) } };
}

function changedValue(value: OnnxAttributeValue, random: Random): OnnxAttributeValue {
  if (random() < 0.1) return pick(TEXTS, random);
  if (typeof value === "number") return pick(NUMBERS, random);
  if (typeof value === "string") return pick(TEXTS, random);
  if ("float" in value) return { float: pick([...NUMBERS, NaN, Infinity, 1e-40], random) };
  if ("data" in value) return changedConstant(value, random);
  return changedList(value, random) as readonly number[];
}

function changedList(list: readonly (number | string)[], random: Random): readonly (number | string)[] {
  if (random() < 0.15) return [...list, pick(NUMBERS, random)];
  if (random() < 0.15) return list.slice(1);
  return list.length ? list.with(Math.floor(list.length * random()), pick(NUMBERS, random)) : [1];
}

function changedConstant(constant: OnnxConstant, random: Random): OnnxConstant {
  if (random() < 0.3) return { ...constant, asList: true };
  if (random() < 0.4) return { ...constant, shape: changedList(constant.shape, random) as readonly number[] };
  const data = constant.data.slice();
  const at = Math.floor(data.length * random());
  const number = pick(NUMBERS, random);
  if (data instanceof BigInt64Array) data[at] = BigInt(number);
  else data[at] = pick([number, NaN, -Infinity, 1e-45], random);
  return { ...constant, data };
}
