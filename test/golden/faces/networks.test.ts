/** What the face networks compute, against what face-api computes from the same inputs. */
import { expect, test } from "vitest";
import { writeSquare, type Square } from "../../../src/image/square.js";
import { FACE_SQUARE, SSD_SQUARE, TINY_SQUARE } from "../../../src/faces/squares.js";
import type { Box, Picture } from "../../../src/image/picture.js";
import { prepare } from "../../../src/ir/passes/index.js";
import { Program } from "../../../src/runtime/program.js";
import {
  faceGraph,
  goldenCrops,
  goldenFaces,
  goldenFloats,
  goldenIndex,
  photo,
  type GoldenCrop,
} from "../../support/faces.js";
import { synthetic } from "../../support/inputs.js";
import { loadModel } from "../../support/load.js";
import { BUILDS, modulesOf } from "../../support/modules.js";
import { describeShared, HAVE_SHARED, sharedBytes } from "../../support/shared.js";

/** For float32 in another order of sums, as the goldens' README suggests. */
const RAW = 3e-4;
const AGE = 1e-3;
const LANDMARK = 1e-5;

const WHITE = [255, 255, 255] as const;

function inputOf(image: Picture, square: Square, box: Box = { x: 0, y: 0, width: image.width, height: image.height }) {
  const input = new Float32Array(square.size ** 2 * 3);
  writeSquare(image, box, square, WHITE, input);
  return input;
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(got.length, what).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < got.length; ++i) worst = Math.max(worst, Math.abs(got[i]! - expected[i]!));
  expect(worst, what).toBeLessThan(tolerance);
}

/** The outputs that lie one after another: every second from `first` on. */
function joined(outputs: readonly { readonly data: ArrayLike<number> }[], first: 0 | 1): Float32Array {
  return Float32Array.from(outputs.filter((_, i) => i % 2 === first).flatMap(({ data }) => Array.from(data)));
}

/** A picture that is as large as the network's input. */
function rawPicture(name: string, size: number): Picture {
  const isPhoto = name === "face" || name === "grace_hopper";
  const data = isPhoto ? sharedBytes("golden", "faces", "ssd", `u8_512_${name}.rgb`) : synthetic(name, size);
  return { data, width: size, height: size };
}

describeShared.each(BUILDS.filter((build) => build !== "wide"))("SSD MobileNet V1, %s", (build) => {
  const loading = HAVE_SHARED ? loadModel(faceGraph("ssd"), { kernels: build }) : undefined;

  test.each([
    ...["sample1", "grace_hopper"].map((id) => [id, id] as const),
    ...Object.keys(goldenIndex.ssd_mobilenetv1.raw).map((name) => [`u8_${name}`, name] as const),
  ])("%s", async (file, name) => {
    const net = (await loading)!;
    const image = file === name ? photo(name) : rawPicture(name, 512);
    const outputs = net.run(inputOf(image, SSD_SQUARE));
    expectClose(joined(outputs, 0), goldenFloats(`ssd/${file}.encodings.f32`), RAW, "encodings");
    const logits = goldenFloats(`ssd/${file}.class_logits.f32`).filter((_, i) => i % 3 === 1);
    expectClose(joined(outputs, 1), logits, RAW, "logits");
  });
});

describeShared("SSD MobileNet V1 inside", () => {
  test("all 35 activations of grace_hopper", async () => {
    const graph = await prepare(faceGraph("ssd"));
    const layers = graph.ops.filter((op) => "activation" in op && op.activation === "relu6");
    const keep = layers.map((op) => op.outputs[0]!);
    const program = await Program.create(graph, modulesOf("simd"), { maxMemory: 2 ** 30, keep });
    program.inputs[0]!.set(inputOf(photo("grace_hopper"), SSD_SQUARE));
    program.execute();
    const golden = goldenIndex.ssd_mobilenetv1.activations.layers;
    expect(keep.length).toBe(golden.length);
    for (const [i, layer] of golden.entries()) {
      const got = program.read(keep[i]!);
      expect(graph.tensors[keep[i]!]!.shape.slice(1)).toEqual(layer.shape.slice(-3));
      expectClose(got.subarray(0, 64), layer.first64!.slice(0, got.length), 1e-4, `first of ${i}`);
      const mean = got.reduce((a, b) => a + b, 0) / got.length;
      const spread = Math.sqrt(got.reduce((sum, value) => sum + (value - mean) ** 2, 0) / got.length);
      const most = got.reduce((a, b) => Math.max(a, b));
      expectClose([mean, spread, most], [layer.mean, layer.std, layer.max], 3e-5, `statistics of ${i}`);
    }
  });

  test("does what its goldens count, without the logits that nobody reads", () => {
    const net = loadModel(faceGraph("ssd"));
    return net.then(({ layers }) => {
      const sum = (count: (layer: (typeof layers)[number]) => number) => layers.reduce((all, l) => all + count(l), 0);
      expect(sum(({ multAdds }) => multAdds)).toBe(3_143_007_488 - (10_121_472 * 2) / 3);
    });
  });
});

describeShared("Tiny YOLO", () => {
  const loading = HAVE_SHARED ? loadModel(faceGraph("tiny")) : undefined;

  test.each(Object.keys(goldenIndex.tiny_face_detector.images))("%s", async (id) => {
    const [output] = (await loading)!.run(inputOf(photo(id), TINY_SQUARE));
    expectClose(output!.data as Float32Array, goldenFloats(`tiny/${id}.out.f32`), RAW, "output");
  });

  test.each(["gradient", "lcg-seed1"])("%s", async (name) => {
    const [output] = (await loading)!.run(inputOf(rawPicture(name, 416), TINY_SQUARE));
    expectClose(output!.data as Float32Array, goldenFloats(`tiny/u8_${name}.out.f32`), RAW, "output");
  });
});

describeShared("single faces", () => {
  const [ageGender, expressions, landmarks] = (["ageGender", "expressions", "landmarks"] as const).map((network) =>
    HAVE_SHARED ? loadModel(faceGraph(network)) : undefined,
  );

  function input({ id, kind, image, face: index }: GoldenCrop): Float32Array {
    if (kind === "synthetic") {
      return inputOf({ data: synthetic(id.replace("synthetic_", ""), 112), width: 112, height: 112 }, FACE_SQUARE);
    }
    const face = goldenFaces.find((golden) => golden.image === image && golden.face === index)!;
    return inputOf(photo(image!), FACE_SQUARE, kind === "aligned" ? face.aligned_crop_rect : face.crop_rect);
  }

  test.each(goldenCrops.map((crop) => [crop.id, crop] as const))("%s", async (_, crop) => {
    const x = input(crop);
    const [age, gender] = (await ageGender!).run(x);
    expectClose(age!.data, [crop.age_raw], AGE, "age");
    expectClose(gender!.data, crop.gender_logits, 1e-4, "gender");
    expectClose((await expressions!).run(x)[0]!.data, crop.expression_logits, RAW, "expressions");
    expectClose((await landmarks!).run(x)[0]!.data, crop.landmarks68.raw, LANDMARK, "landmarks");
  });
});
