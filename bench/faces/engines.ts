/** Face detection here and in face-api, on the same weights. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as Package from "../../src/faces.js";
import { FACES, ROOT } from "./folders.js";

export const ENGINES = ["ours", "face-api"] as const;
export type EngineName = (typeof ENGINES)[number];

/** A picture as RGB bytes in a file. */
export interface Picture {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** x, y, width, height and score of each face, one after another. */
export type Run = () => Promise<number[]>;

export const load: Readonly<Record<EngineName, (picture: Picture) => Promise<Run>>> = {
  async ours({ path, width, height }) {
    const { loadFaces } = (await import(new URL("build/faces.js", ROOT).href)) as typeof Package;
    const faces = await loadFaces({
      attributes: [],
      weights: new URL("node_modules/@vladmandic/face-api/model", FACES),
    });
    const data = new Uint8Array(await readFile(path));
    return async () =>
      faces.detect({ data, width, height }).flatMap(({ box, score }) => [box.x, box.y, box.width, box.height, score]);
  },

  async "face-api"({ path, width, height }) {
    const require = createRequire(new URL("package.json", FACES));
    const faceapi = require("@vladmandic/face-api/dist/face-api.node-wasm.js") as FaceApi;
    await faceapi.tf.setBackend("wasm");
    await faceapi.tf.ready();
    await faceapi.nets.ssdMobilenetv1.loadFromDisk(
      require.resolve("@vladmandic/face-api/package.json").replace("package.json", "model"),
    );
    const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 100 });
    const data = new Uint8Array(await readFile(path));
    return async () => {
      const tensor = faceapi.tf.tensor3d(data, [height, width, 3]);
      const found = await faceapi.detectAllFaces(tensor, options);
      tensor.dispose();
      return found.flatMap(({ box, score }) => [box.x, box.y, box.width, box.height, score]);
    };
  },
};

/** The part of face-api that is used here. */
interface FaceApi {
  readonly tf: {
    setBackend(name: string): Promise<boolean>;
    ready(): Promise<void>;
    tensor3d(data: Uint8Array, shape: readonly number[]): { dispose(): void };
  };
  readonly nets: { readonly ssdMobilenetv1: { loadFromDisk(folder: string): Promise<void> } };
  readonly SsdMobilenetv1Options: new (options: object) => object;
  detectAllFaces(
    tensor: object,
    options: object,
  ): Promise<{ box: { x: number; y: number; width: number; height: number }; score: number }[]>;
}
