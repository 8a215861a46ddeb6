/** Operands that are broadcast: computed ones get the dimensions that they lack, and for ADD the repetitions. */
import { broadcastShape } from "../../ir/ops/broadcast.js";
import type { Op } from "../../ir/ops/index.js";
import * as schema from "./schema.js";
import { expectTensor, readActivation, type Readers, type Source } from "./source.js";

/** The readers for operands of any number of dimensions. */
export function withRanks(readers: Readers): Readers {
  return Object.fromEntries(
    Object.entries(readers).map(([name, read]) => [
      name,
      (source: Source) => {
        const { ops, inputs } = ranked(source);
        return [...ops, read({ ...source, inputs })].flat();
      },
    ]),
  );
}

/** The inputs with as many dimensions as the one with most, and the reshapes for that. */
function ranked({ inputs, tensors }: Source): { ops: Op[]; inputs: number[] } {
  const operands = inputs.map((index) => expectTensor(tensors, index, "input"));
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  const ops: Op[] = [];
  const same = operands.map((tensor, i) => {
    if (tensor.data || tensor.shape.length === rank) return inputs[i]!;
    const shape = [...Array<number>(rank - tensor.shape.length).fill(1), ...tensor.shape];
    const output = tensors.push({ ...tensor, name: `${tensor.name}/ranked`, shape }) - 1;
    ops.push({ type: "reshape", inputs: [inputs[i]!], outputs: [output], shape });
    return output;
  });
  return { ops, inputs: same };
}

/** The kernel adds tensors of one shape, so an operand that is broadcast is repeated before. */
export function readBroadcastAdd(source: Source): Op[] {
  const { options, outputs, tensors } = source;
  const { ops, inputs } = ranked(source);
  const shape = broadcastShape(inputs.map((index) => tensors[index]!));
  const operands = inputs.map((index) => {
    const tensor = tensors[index]!;
    if (tensor.shape.join() === shape.join()) return index;
    const missing = shape.length - tensor.shape.length;
    const multiples = shape.map((size, i) => (i < missing || tensor.shape[i - missing] === 1 ? size : 1));
    const own = [...Array<number>(missing).fill(1), ...tensor.shape];
    const full = missing ? tensors.push({ ...tensor, name: `${tensor.name}/ranked`, shape: own }) - 1 : index;
    const output = tensors.push({ ...tensor, name: `${tensor.name}/repeated`, shape, data: undefined }) - 1;
    ops.push({ type: "tile", inputs: [full], outputs: [output], multiples });
    return output;
  });
  const activation = readActivation(options?.int8(schema.AddOptions.activation) ?? 0);
  return [...ops, { type: "add", inputs: operands, outputs, activation }];
}
