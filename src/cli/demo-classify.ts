/** mobilenet-simd demo-classify: classify with a small public model that is fetched once. */
import { mobileNetV1 } from "../models/mobilenetv1.js";
import { MODELS } from "../models/registry.js";
import { loadModel } from "../index.js";
import { classifyFiles } from "./classify.js";
import { parse, UsageError, type Command } from "./command.js";
import { findModel } from "./pretrained.js";
import { complain } from "./terminal.js";

const NAME = "mobilenet_v1_0.25_128_quant";
const { url, sha256 } = MODELS[NAME];

const command: Command = {
  summary: "classifies pictures with a small model, which is fetched once",
  help: `Usage: mobilenet-simd demo-classify IMAGE… [--model MODEL]

Names what each picture shows, with MobileNet V1 0.25/128 (quantised, 0.5 MB, 1000 ImageNet classes). The model is
the one given, or that in the environment variable MOBILENET_SIMD_MODEL, or the one in the cache, or else
${url}
which is checked and kept in the cache. Without any of these the same network runs with random weights.
`,
  async run(args) {
    const { values, positionals } = parse(args, { model: { type: "string" } });
    if (!positionals.length)
      throw new UsageError("expected at least one picture, got none: npm run demo:classify -- photo.jpg");
    const given = values.model ?? (process.env.MOBILENET_SIMD_MODEL || undefined);
    const model = given === undefined ? await findModel(NAME).catch(explainAbsence) : await findModel(given);
    const net = await loadModel(model ?? mobileNetV1({ alpha: 0.25, resolution: 128, classes: 1001 }));
    return classifyFiles(net, positionals, 5, false);
  },
};

export default command;

function explainAbsence(error: unknown): undefined {
  complain(`No model: ${(error as Error).message}
Get ${url}
(sha256 ${sha256}) on a machine that can, and name it:
  npm run demo:classify -- photo.jpg --model ${NAME}.tflite

To show that the engine works, the same network now runs with RANDOM WEIGHTS. Its answers mean nothing.
`);
}
