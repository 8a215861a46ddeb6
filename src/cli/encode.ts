/** Pictures to files: codecs in WebAssembly. */
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { Picture } from "../image/picture.js";
import { UsageError } from "./command.js";
import { emscripten } from "./decode.js";
import { checkOutput, writeOutput, type OutputRules } from "./output.js";

type Encode = (image: ImageData) => Promise<ArrayBuffer>;

/** By the ending of the file's name. */
const ENCODERS: Readonly<Record<string, () => Promise<Encode>>> = {
  ".jpg": jpeg,
  ".jpeg": jpeg,
  async ".png"() {
    const { init, default: encode } = await import("@jsquash/png/encode.js");
    await init(await compiled("@jsquash/png/codec/pkg/squoosh_png_bg.wasm"));
    return (image) => encode(image);
  },
};

async function jpeg(): Promise<Encode> {
  const { init, default: encode } = await import("@jsquash/jpeg/encode.js");
  await init(emscripten(await compiled("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm")));
  return (image) => encode(image, { quality: 90 });
}

/**
 * Throws UsageError if there is no encoder for the file's name, or not one picture to write to it, or the file must not be
 * replaced. Of the inputs, `pictures` need not be named again.
 */
export async function checkPicture(path: string, pictures: readonly string[], rules: OutputRules): Promise<void> {
  if (pictures.length !== 1) throw new UsageError(`--output expected one picture, got ${pictures.length}`);
  if (!Object.hasOwn(ENCODERS, extname(path).toLowerCase())) {
    throw new UsageError(`expected a file that ends in ${Object.keys(ENCODERS).join(", ")}, got ${path}`);
  }
  const isFolder = await stat(pictures[0]!).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder) throw new UsageError(`--output expected one picture, got the folder ${pictures[0]}`);
  await checkOutput(path, { ...rules, inputs: [...pictures, ...rules.inputs] });
}

/** Writes RGBA pixels to a file. */
export async function writePicture(path: string, image: Picture): Promise<void> {
  const encode = await ENCODERS[extname(path).toLowerCase()]!();
  await writeOutput(path, new Uint8Array(await encode(image as ImageData)));
}

async function compiled(file: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL(import.meta.resolve(file))));
}
