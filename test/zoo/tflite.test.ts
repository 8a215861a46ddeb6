/** TensorFlow Lite files, beside TensorFlow Lite (tfjs-tflite). */
import { basename } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { readTflite } from "../../src/formats/tflite/read.js";
import { writeTflite } from "../../src/formats/tflite/write.js";
import { openTflite, type Open } from "../outside/support/tflite.js";
import { loadModel } from "../support/load.js";
import { describeShared } from "../support/shared.js";
import { compare, median } from "./support/compare.js";
import { bytesOf, isThere, packagePath, zooPath } from "./support/files.js";
import { addRow } from "./support/row.js";
import { formatTable, type Row } from "./support/table.js";

const FILES = [
  zooPath("deeplabv3_mnv2_dm05_pascal_quant.tflite"),
  zooPath("movenet_single_pose_lightning_ptq.tflite"),
  zooPath("automl_traffic_detector.tflite"),
  zooPath("split_concat.tflite"),
  zooPath("mobilenet_v2_1.0_224_quant.tflite"),
  packagePath("@mediapipe/face_detection/face_detection_short_range.tflite"),
  packagePath("@mediapipe/hands/hand_landmark_lite.tflite"),
];

const rows: Row[] = [];

/** The engine gives no int64 outputs to JavaScript, so it gets the same network with int32, as our writer has it. */
async function withoutLongs(file: Uint8Array): Promise<Uint8Array> {
  const graph = await readTflite(file);
  const isWhole = graph.outputs.some((output) => graph.tensors[output]!.dtype === "int32");
  return isWhole ? writeTflite(graph) : file;
}

describeShared("TensorFlow Lite", () => {
  let open: Open;
  beforeAll(async () => {
    open = await openTflite(import.meta.url);
  });
  afterAll(() => console.log(formatTable(rows)));

  describe.each(FILES.map((path) => [basename(path, ".tflite"), path]))("%s", (name, path) => {
    test.skipIf(!isThere(path!))("agrees", () =>
      addRow(rows, name!, "tfjs-tflite", async () => {
        const net = await loadModel(bytesOf(path!));
        const run = open(await withoutLongs(bytesOf(path!)));
        return compare(net, {
          run: async (inputs) => run(inputs),
          time: (inputs) => median(() => void run(inputs)),
        });
      }),
    );
  });
});
