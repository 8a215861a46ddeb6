/** For a page: fetches a model and its inputs from a folder, and puts the outputs there. */
import { compileModel } from "mobilenet-simd/compile";
import { checkLayers, outputsOf, outputsOfPlain } from "./goldens.js";

globalThis.goldens = async ({ file, options, plain }, folder) => {
  await checkLayers();
  const path = `/${folder}/${file}`;
  const inputs = await bytesOf(`/${folder}/inputs.bin`);
  const { runtime, outputs } = await (plain
    ? outputsOfPlain(await bytesOf(path), inputs)
    : outputsOf(path, inputs, options));
  await fetch(`/${folder}/outputs.bin`, { method: "PUT", body: outputs });
  return runtime;
};

globalThis.compile = async (kernels, folder, name) => {
  const body = await compileModel(`/${folder}/model.tflite`, { kernels });
  await fetch(`/${folder}/${name}`, { method: "PUT", body });
};

async function bytesOf(path) {
  return new Uint8Array(await (await fetch(path)).arrayBuffer());
}
