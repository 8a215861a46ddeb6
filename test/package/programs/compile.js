/** For Node, Deno and Bun: compile.js NAME FOLDER… compiles the model in each folder to NAME.simd.wasm and NAME.relaxed.wasm. */
import { writeFileSync } from "node:fs";
import { compileModel } from "mobilenet-simd/compile";

const [name, ...folders] = process.argv.slice(2);
for (const folder of folders) {
  for (const kernels of ["simd", "relaxed"]) {
    writeFileSync(`${folder}/${name}.${kernels}.wasm`, await compileModel(`${folder}/model.tflite`, { kernels }));
  }
}
