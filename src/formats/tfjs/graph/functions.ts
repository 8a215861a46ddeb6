/** Nodes that apply a function to each element, and softmax. */
import { rare } from "../../../ir/rare.js";
import { emit, missing, input, type Attached, type Reader, type Source, type Value } from "./source.js";

/** Applies a function to a tensor; `slopes` are for PReLU alone. */
type Apply = (source: Source, x: Value, slopes: Value | undefined) => Value;

const apply =
  (attributes: Attached): Apply =>
  (source, x) =>
    emit(source, attributes, [x]);

const APPLIED: Readonly<Record<string, Apply>> = {
  Abs: apply(rare({ type: "abs" })),
  Elu: apply(rare({ type: "elu" })),
  Exp: apply(rare({ type: "exp" })),
  LeakyRelu: (source, x) => {
    const slope = source.attributes.number("leakyrelu_alpha", source.attributes.number("alpha", 0.2));
    return emit(source, rare({ type: "leakyrelu", slope }), [x]);
  },
  Neg: apply(rare({ type: "neg" })),
  Prelu: (source, x, slopes) => {
    return emit(source, rare({ type: "prelu", activation: "none" }), [x, slopes ?? missing("input with slopes")]);
  },
  Relu: apply({ type: "activation", activation: "relu" }),
  Relu6: apply({ type: "activation", activation: "relu6" }),
  Rsqrt: apply(rare({ type: "rsqrt" })),
  Sigmoid: apply(rare({ type: "logistic" })),
  Softmax: apply({ type: "softmax", beta: 1 }),
  Sqrt: apply(rare({ type: "sqrt" })),
  Square: apply(rare({ type: "square" })),
  Tanh: apply(rare({ type: "tanh" })),
};

/** Returns the function of an operator by its name; undefined if there is none. */
export function functionOf(name: string): Apply | undefined {
  return Object.hasOwn(APPLIED, name) ? APPLIED[name] : undefined;
}

export const FUNCTIONS: Readonly<Record<string, Reader>> = Object.fromEntries(
  Object.entries(APPLIED).map(([name, run]) => [
    name,
    (source: Source) => run(source, input(source, 0), source.inputs[1]),
  ]),
);
