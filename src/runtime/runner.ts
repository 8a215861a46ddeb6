/** What a network needs of the thing that computes it: a planned graph, or a compiled model. */
import type { MemoryReport } from "../compiler/plan.js";
import type { TensorView } from "../ir/tensor.js";

export interface Runner {
  readonly memory: MemoryReport;
  /** Views of linear memory; inputs are to be written before each run, outputs to be read after it. */
  readonly inputs: readonly TensorView[];
  readonly outputs: readonly TensorView[];
  /** Whether the first `count` numbers of a float32 input are finite. */
  areFinite(input: number, count: number): boolean;
  /** From the inputs to the outputs, for the first `images` images of the batch. */
  execute(images: number): void;
  /** Reads the pooled features of all images after a run, as real numbers; undefined if the network has none. */
  readonly features: (() => Float32Array) | undefined;
  /** Ends what runs beside the caller. */
  dispose(): void;
}
