/** ONNX files, beside onnxruntime-web. */
import { createRequire } from "node:module";
import { afterAll, describe, test } from "vitest";
import type { TensorView } from "../../src/ir/tensor.js";
import { loadModel } from "../support/load.js";
import { describeShared } from "../support/shared.js";
import { compare, median } from "./support/compare.js";
import { bytesOf, isThere, zooPath } from "./support/files.js";
import { addRow } from "./support/row.js";
import { formatTable, type Row } from "./support/table.js";

interface Onnxruntime {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (dtype: string, data: TensorView, shape: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(file: Uint8Array): Promise<{
      readonly inputNames: readonly string[];
      readonly outputNames: readonly string[];
      run(
        inputs: object,
      ): Promise<Readonly<Record<string, { readonly data: TensorView; readonly dims: readonly number[] }>>>;
    }>;
  };
}

const rows: Row[] = [];

/** From [N,H,W,C] to [N,C,H,W] for images of one network. */
function channelsFirst(data: TensorView, [, height, width, channels]: readonly number[]): Float32Array {
  const size = height! * width!;
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % size) * channels! + Math.floor(i / size)]!);
}

describeShared("ONNX", () => {
  afterAll(() => console.log(formatTable(rows)));

  describe.each(["version-RFB-320", "yunet_n_320_320"])("%s", (name) => {
    const path = zooPath(`${name}.onnx`);

    test.skipIf(!isThere(path))("agrees", () =>
      addRow(rows, name, "onnxruntime-web", async () => {
        const net = await loadModel(bytesOf(path));
        const ort = createRequire(import.meta.url)("onnxruntime-web") as Onnxruntime;
        ort.env.wasm.numThreads = 1;
        const session = await ort.InferenceSession.create(bytesOf(path));
        const shape = net.inputs[0]!.shape;
        const run = async ([input]: readonly TensorView[]) => {
          const [images, height, width, channels] = shape;
          const tensor = new ort.Tensor("float32", channelsFirst(input!, shape), [images!, channels!, height!, width!]);
          const outputs = await session.run({ [session.inputNames[0]!]: tensor });
          return session.outputNames.map((output) => outputs[output]!.data);
        };
        return compare(net, { run, time: (inputs) => median(async () => void (await run(inputs))) });
      }),
    );
  });
});
