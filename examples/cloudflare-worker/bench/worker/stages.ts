/** The Worker's stages alone: `/body` reads a picture's file, `/decode` reads and decodes it, `/run` runs the network. */
import { withBody } from "../../src/body.ts";
import { CODEC_MODULES } from "../../src/codecs/modules.ts";
import { fromCode, IsolateModel } from "../../src/model.ts";
import { PictureReader } from "../../src/picture.ts";
import { leastSide } from "../../src/questions.ts";
import { createWorker, type Env } from "../../src/worker.ts";
import compiled from "../../src/model.wasm";

const network = fromCode(compiled);
const model = new IsolateModel<Env>(() => network);
const whole = createWorker(model);
const pictures = new PictureReader(CODEC_MODULES);

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const net = await model.get(env, ctx);
    const [{ name, dtype, shape }] = net.inputs as [(typeof net.inputs)[number]];
    const stages: Readonly<Record<string, (file: Uint8Array) => Promise<unknown>>> = {
      "/body": async (file) => file.length,
      "/decode": (file) => pictures.show(file, leastSide(net), ({ width, height }) => `${width}×${height}`),
      async "/run"() {
        const length = shape.reduce((product, side) => product * side, 1);
        const input = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array }[dtype as "uint8"];
        return net.run({ [name]: new input(length) }).length;
      },
    };
    const stage = stages[pathname];
    if (!stage) return whole.fetch!(request, env, ctx);
    return Response.json(await withBody(request.body, request.headers.get("content-length"), stage));
  },
} satisfies ExportedHandler<Env>;
