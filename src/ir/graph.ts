/** A model: a list of operators over typed tensors, a directed acyclic graph in the order of execution. */
import { FormatError, ModelError, printable, UnsupportedError } from "../errors.js";
import { outputShapes, type Op } from "./ops/index.js";
import { checkQuantization } from "./quantization.js";
import { ELEMENT_BYTES, elementCount, formatShape, type Tensor } from "./tensor.js";

export interface Graph {
  readonly tensors: readonly Tensor[];
  /** Each operator stands after those whose outputs it reads. */
  readonly ops: readonly Op[];
  /** Indices of the tensors that a caller provides. */
  readonly inputs: readonly number[];
  /** Indices of the tensors that a caller gets. */
  readonly outputs: readonly number[];
}

/** No dimension and no element count goes beyond this, so that every address computation stays exact. */
const MAX_ELEMENTS = 2 ** 31 - 1;

/** Far above any network of this kind; the work of loading grows with these. */
const MAX_OPERATORS = 5000;
const MAX_INPUTS_OF_ALL = 100_000;
const MAX_INPUTS = 1000; // of the graph, and of one operator
const MAX_OUTPUTS = 1000;

/**
 * Checks a graph and brings its operators into the order of execution.
 *
 * @throws FormatError if a tensor index is out of range, a tensor is made twice or never, the operators form a cycle,
 * a shape is not what its operator makes of its inputs, constant data have the wrong length, or a quantisation is not
 * one; UnsupportedError for a graph beyond all bounds.
 */
export function buildGraph(graph: Graph): Graph {
  const { tensors, inputs, outputs } = graph;
  expectAtMost(MAX_OPERATORS, "operators", graph.ops.length);
  expectAtMost(MAX_INPUTS, "inputs", inputs.length);
  expectAtMost(MAX_OUTPUTS, "outputs", outputs.length);
  let operands = 0;
  for (const op of graph.ops) {
    expectAtMost(MAX_INPUTS, "inputs of an operator", op.inputs.length);
    operands += op.inputs.length;
  }
  expectAtMost(MAX_INPUTS_OF_ALL, "inputs of all operators", operands);
  for (const [index, tensor] of tensors.entries()) checkTensor(tensor, index);
  for (const index of [...inputs, ...outputs]) expectTensor(graph, index, "graph");
  if (!outputs.length) throw new FormatError("the graph has no outputs");
  const ops = inOrder(graph);
  for (const [index, op] of ops.entries()) {
    const where = `operator ${index} (${op.type})`;
    const shapes = locate(where, () => outputShapes(op, tensors));
    if (op.outputs.length !== shapes.length) {
      throw new FormatError(`${where}: expected ${shapes.length} outputs, got ${op.outputs.length}`);
    }
    for (const [i, made] of shapes.entries()) {
      const { shape } = tensors[op.outputs[i]!]!;
      if (made.length !== shape.length || made.some((size, d) => size !== shape[d])) {
        throw new FormatError(`${where}: output expected ${formatShape(made)}, got ${formatShape(shape)}`);
      }
    }
  }
  return { ...graph, ops };
}

/** Runs `action`, and puts `where` before the message of a ModelError that it throws. */
export function locate<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ModelError) error.message = printable(`${where}: ${error.message}`);
    throw error;
  }
}

function expectAtMost(most: number, what: string, got: number): void {
  if (got > most) throw new UnsupportedError(`the graph expected at most ${most} ${what}, got ${got}`);
}

function checkTensor(tensor: Tensor, index: number): void {
  const { shape, data } = tensor;
  if (shape.length > 4) throw new FormatError(`tensor ${index} expected at most 4 dimensions, got ${shape.length}`);
  const count = elementCount(shape);
  if (!shape.every((size) => Number.isInteger(size) && size > 0) || count > MAX_ELEMENTS) {
    throw new FormatError(
      `tensor ${index} expected positive sizes and at most ${MAX_ELEMENTS} elements, got ${formatShape(shape)}`,
    );
  }
  if (data && data.length !== count) {
    const bytes = count * ELEMENT_BYTES[tensor.dtype];
    throw new FormatError(
      `tensor ${index} expected ${bytes} bytes of data for ${formatShape(shape)}, got ${data.byteLength}`,
    );
  }
  locate(`tensor ${index}`, () => checkQuantization(tensor));
}

function expectTensor(graph: Graph, index: number, where: string): void {
  if (!(index >= 0 && index < graph.tensors.length)) {
    throw new FormatError(`${where}: tensor index expected 0…${graph.tensors.length - 1}, got ${index}`);
  }
}

/** Topological order (Kahn's algorithm), stable: operators that are in order already keep it. */
function inOrder(graph: Graph): Op[] {
  const given = new Set(graph.inputs);
  const exists = (tensor: number) => graph.tensors[tensor]!.data !== undefined || given.has(tensor);
  const maker = new Map<number, number>();
  for (const [index, op] of graph.ops.entries()) {
    for (const tensor of [...op.inputs, ...op.outputs]) expectTensor(graph, tensor, `operator ${index} (${op.type})`);
    for (const tensor of op.outputs) {
      if (maker.has(tensor) || exists(tensor)) {
        throw new FormatError(`operator ${index} (${op.type}): tensor ${tensor} has a value already`);
      }
      maker.set(tensor, index);
    }
  }
  const ordered: Op[] = [];
  const state = new Uint8Array(graph.ops.length); // 0 untouched, 1 entered, 2 placed
  const stack: number[] = [];
  for (let first = 0; first < graph.ops.length; ++first) {
    stack.push(first);
    while (stack.length) {
      const index = stack.at(-1)!;
      if (state[index] === 2) {
        stack.pop();
        continue;
      }
      const waiting: number[] = [];
      for (const tensor of graph.ops[index]!.inputs) {
        const from = maker.get(tensor);
        if (from === undefined) {
          if (!exists(tensor))
            throw new FormatError(`tensor ${tensor} is read by operator ${index}, but nothing makes it`);
        } else if (state[from] === 1) {
          throw new FormatError(`operator ${index} (${graph.ops[index]!.type}) is part of a cycle`);
        } else if (state[from] === 0) {
          waiting.push(from);
        }
      }
      if (waiting.length) {
        state[index] = 1;
        for (const from of waiting) stack.push(from);
      } else {
        state[index] = 2;
        ordered.push(graph.ops[index]!);
        stack.pop();
      }
    }
  }
  for (const tensor of graph.outputs) {
    if (!maker.has(tensor) && !exists(tensor)) throw new FormatError(`output tensor ${tensor} is made by nothing`);
  }
  return ordered;
}

/** The operators that read each tensor. */
export function readersOf(graph: Graph): Map<number, Op[]> {
  const readers = new Map<number, Op[]>();
  for (const op of graph.ops) {
    for (const tensor of new Set(op.inputs)) {
      const known = readers.get(tensor);
      if (known) known.push(op);
      else readers.set(tensor, [op]);
    }
  }
  return readers;
}

/** The tensors that exactly one operator reads and no caller gets. */
export function solelyRead(graph: Graph): Set<number> {
  const sole = new Set<number>();
  for (const [tensor, ops] of readersOf(graph)) if (ops.length === 1) sole.add(tensor);
  for (const tensor of graph.outputs) sole.delete(tensor);
  return sole;
}
