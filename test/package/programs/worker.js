/** For workerd: POST /goldens answers with outputs; POST /run runs a network that stays, as many times as asked. */
import { loadModel } from "mobilenet-simd";
import model from "./model.tflite";
import relaxed from "./compiled.relaxed.wasm";
import simd from "./compiled.simd.wasm";
import { checkLayers, outputsOf, outputsOfPlain } from "./goldens.js";

const COMPILED = { "compiled.simd.wasm": simd, "compiled.relaxed.wasm": relaxed };

let net;

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    if (pathname === "/goldens") {
      await checkLayers();
      const { file, options, plain } = JSON.parse(searchParams.get("task"));
      // As from R2 or assets.
      const response = () => new Response(model, { headers: { "content-length": `${model.byteLength}` } });
      const source = COMPILED[file] ?? response();
      const { runtime, outputs } = await (plain ? outputsOfPlain(source, body) : outputsOf(source, body, options));
      return new Response(outputs, { headers: { runtime: JSON.stringify(runtime) } });
    }
    try {
      net ??= await loadModel(model);
      let output;
      for (let left = Number(searchParams.get("times")); left > 0; --left) output = net.run(body)[0].data;
      return new Response(output);
    } catch (error) {
      return new Response(error.message, { status: 422 });
    }
  },
};
