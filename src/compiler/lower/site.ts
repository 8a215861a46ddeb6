/** One operator of a graph at the moment it is lowered: its tensors, and where its activations lie. */
import { UnsupportedError } from "../../errors.js";
import type { Op, OpOf, OpType } from "../../ir/ops/index.js";
import type { Place } from "../../ir/ops/module.js";
import { featureMap, type FeatureMap, type Tensor } from "../../ir/tensor.js";
import type { Call, MemoryLayout, Operand, Target, TileView, View } from "../call.js";
import { affineOf, elementTypeOf, tileViewOf, viewOf, type ElementType } from "../layout.js";

/** How an operator becomes kernel calls. */
export interface Lowering<T extends OpType> {
  /** Returns the calls that compute an operator. Throws UnsupportedError where no kernel fits. */
  lower(site: Site<OpOf<T>>): Call[];
  /** The layout of the output that it makes of an input in NHWC; undefined if it cannot read that. */
  fromNhwc?(op: OpOf<T>, tensors: readonly Tensor[]): MemoryLayout | undefined;
  /** Input and output are the same bytes in channel blocks, so there is nothing to compute. */
  isAlias?(op: OpOf<T>, tensors: readonly Tensor[]): boolean;
  /** It can leave its output on the scratch tile. */
  readonly writesTile?: boolean;
  /** It can read its input from the scratch tile. */
  readsTile?(op: OpOf<T>, tensors: readonly Tensor[]): boolean;
}

export class Site<O extends Place = Op> {
  readonly op: O;
  readonly tensors: readonly Tensor[];
  /** Where the activations that it reads lie, in the order of its inputs; constants have no place. */
  readonly inputs: readonly Operand[];
  readonly output: Operand;
  readonly target: Target;

  constructor(parts: Pick<Site<O>, "op" | "tensors" | "inputs" | "output" | "target">) {
    this.op = parts.op;
    this.tensors = parts.tensors;
    this.inputs = parts.inputs;
    this.output = parts.output;
    this.target = parts.target;
  }

  /** The first input. */
  get x(): Tensor {
    return this.operand(0)!;
  }

  /** The first output. */
  get y(): Tensor {
    return this.tensors[this.op.outputs[0]!]!;
  }

  /** Any input, constants included. */
  operand(index: number): Tensor | undefined {
    return this.tensors[this.op.inputs[index] ?? -1];
  }

  /** Whether the first input lies in NHWC. */
  get readsNhwc(): boolean {
    const [input] = this.inputs;
    return input !== undefined && input !== "tile" && input.layout === "nhwc";
  }

  /** An input in the arena as its kernel sees it. */
  inputView(map?: FeatureMap, index = 0): View {
    return viewOf(this.operand(index)!, expectArena(this.inputs[index]), map);
  }

  /** The output in the arena. */
  outputView(map?: FeatureMap): View {
    return viewOf(this.y, expectArena(this.output), map);
  }

  /** The first input, in the arena or on the tile. */
  inputRows(): View | TileView {
    return this.inputs[0] === "tile" ? tileViewOf(this.x, featureMap(this.x.shape)) : this.inputView();
  }

  /** The output, in the arena or on the tile. */
  outputRows(): View | TileView {
    return this.output === "tile" ? tileViewOf(this.y, featureMap(this.y.shape)) : this.outputView();
  }

  /** Returns the element type of an operator whose input and output must both be float32 or both 8-bit. */
  get elementType(): ElementType {
    return expectSameType(this.x, this.y);
  }

  /** The same for an operator that moves elements without changing them. */
  get movedType(): ElementType {
    return expectSameEncoding(this.x, this.y);
  }
}

function expectArena(operand: Operand | undefined) {
  if (operand === undefined || operand === "tile")
    throw new Error("a kernel that needs a tensor in the arena got none");
  return operand;
}

/** Throws UnsupportedError unless both tensors are float32 or both 8-bit. */
export function expectSameType(input: Tensor, output: Tensor): ElementType {
  const type = elementTypeOf(input);
  if (elementTypeOf(output) !== type) {
    throw new UnsupportedError(`output expected ${input.dtype} like the input, got ${output.dtype}`);
  }
  return type;
}

/** Throws UnsupportedError unless both tensors have one type and, if they are 8-bit, one quantisation. */
export function expectSameEncoding(input: Tensor, output: Tensor): ElementType {
  const type = expectSameType(input, output);
  if (type === "q8") {
    const [before, after] = [affineOf(input), affineOf(output)];
    const same = before.scale === after.scale && before.zeroPoint === after.zeroPoint && input.dtype === output.dtype;
    if (!same) throw new UnsupportedError("output expected the quantisation of the input");
  }
  return type;
}
