/** ADD, where no operand is broadcast but constants. */
import { FormatError } from "../../errors.js";
import type { CommonOp } from "../../ir/ops/index.js";
import { elementCount } from "../../ir/tensor.js";
import * as schema from "./schema.js";
import { expectTensor, readActivation, type Source } from "./source.js";

/** A constant stands last in the graph. Returns undefined if an operand repeats along some dimensions. */
export function readAdd({ options, inputs, outputs, tensors }: Source): CommonOp | undefined {
  const [x, y] = inputs.map((index) => expectTensor(tensors, index, "input"));
  if (!x || !y || inputs.length > 2) throw new FormatError(`expected 2 inputs, got ${inputs.length}`);
  const [first, second] = x.data ? [y, x] : [x, y];
  const isVector = second.data && [1, first.shape.at(-1)].includes(elementCount(second.shape));
  if (first.shape.join() !== second.shape.join() && !isVector) return undefined;
  const activation = readActivation(options?.int8(schema.AddOptions.activation) ?? 0);
  return { type: "add", inputs: x.data ? inputs.toReversed() : inputs, outputs, activation };
}
