/** Loading a model that is compiled already: no reader of model files, no packing. */
import { givenLabels } from "./labels.js";
import { Network, type RuntimeReasons } from "./network.js";
import type { Description, TensorDescription } from "../compiler/emit/description.js";
import { describe, FormatError } from "../errors.js";
import type { Normalization } from "../image/encode.js";
import type { Contents, GlobalInstance, Source } from "../io/source.js";
import { fixed } from "../io/text.js";
import type { Tensor } from "../ir/tensor.js";
import type { Kernels } from "../runtime/features.js";
import { compileStandalone, readDescription, startStandalone } from "../runtime/standalone.js";

export interface CompiledOptions {
  readonly batch?: number;
  readonly precision?: "float32";
  readonly threads?: number | "auto";
  readonly kernels?: "auto" | Kernels;
  readonly signal?: GlobalInstance<"AbortSignal">;
  readonly labels?: readonly string[] | Source;
  readonly normalization?: Normalization;
  /** Bytes that linear memory may take. */
  readonly maxMemory: number;
}

/**
 * A network on a compiled model.
 *
 * @param model the module, or the file that it is in.
 * @throws FormatError if it is damaged, of another version or not ours; UnsupportedError if the engine lacks relaxed
 * SIMD and it needs it; RangeError for an option that only compiling can grant.
 */
export async function loadCompiled(model: WebAssembly.Module | Contents, options: CompiledOptions): Promise<Network> {
  const { batch, precision, threads = 1, kernels: asked = "auto", maxMemory, normalization, labels, signal } = options;
  if (batch !== undefined && batch !== 1) {
    throw new RangeError(`"batch" must be 1 for a compiled model, got ${describe(batch)}`);
  }
  if (precision !== undefined) {
    throw new RangeError(
      `"precision" must be left out for a compiled model, got ${describe(precision)}: compile decides it`,
    );
  }
  const isModule = model instanceof WebAssembly.Module;
  const module = isModule ? model : await compileStandalone(fixed(model.bytes) as Uint8Array<ArrayBuffer>);
  const description = readDescription(module);
  const { total } = description.memory;
  if (total > maxMemory) {
    throw new RangeError(`"maxMemory" must be at least ${total} bytes for this model, got ${maxMemory}`);
  }
  const image = description.image && (await readImage(description.image.file, isModule ? undefined : model));
  signal?.throwIfAborted();
  const runner = await startStandalone(module, description, image, maxMemory);
  const { kernels, preprocessing } = description;
  const reasons: RuntimeReasons = {
    ...(asked !== "auto" && asked !== kernels && { kernels: `a compiled model runs the kernels in it, "${kernels}"` }),
    ...(threads !== 1 && { threads: "a compiled model runs on one thread" }),
  };
  const compiledNormalization = preprocessing?.normalization;
  const found = labels === undefined ? description.labels : await givenLabels(labels, countsOf(description), signal);
  return new Network({
    model: {
      inputs: description.inputs.map(tensorOf),
      outputs: description.outputs.map(tensorOf),
      layers: description.layers,
      endsInSoftmax: description.classifier?.softmax ?? false,
      detections: undefined,
    },
    runner,
    runtime: {
      kernels,
      threads: 1,
      byteProducts: runner.byteProducts ? "unsigned" : undefined,
      ...(Object.keys(reasons).length > 0 && { reasons }),
    },
    batch: 1,
    labels: found,
    crop: preprocessing?.crop,
    normalization: normalization ?? (compiledNormalization === "identity" ? undefined : compiledNormalization),
  });
}

/** Classes of each output. */
function countsOf({ outputs }: Description): number[] {
  return outputs.map(({ shape }) => shape.at(-1) ?? 1);
}

async function readImage(file: string, contents: Contents | undefined): Promise<Uint8Array> {
  if (!contents?.beside) {
    throw new FormatError(`compiled model expected the file ${file} beside it; load it from a URL or a path`);
  }
  return contents.beside(file);
}

function tensorOf({ name, dtype, shape, scale, zeroPoint }: TensorDescription): Tensor {
  if (scale === undefined || zeroPoint === undefined) return { name, dtype, shape };
  return { name, dtype, shape, quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
}
