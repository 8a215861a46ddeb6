/**
 * mobilenet-simd/faces: where the faces in a picture are, and what networks make of them.
 *
 * Age, gender and expression are guesses from pixels by small networks, trained on pictures that do not show everybody
 * alike: they are years off for children, old people and faces that are rare in such collections; they know two genders
 * and seven staged expressions, and say nothing of what someone is or feels. A score is no probability of being right.
 * They tell nobody from anybody. Use them for counting, framing and playing, not for decisions about people; ask those in
 * the picture, and mind the law: in many places such estimates are personal data, in some they are forbidden at work, at
 * school and by the police.
 *
 * @example
 * const faces = await loadFaces();
 * faces.detect({ data, width, height }, { age: true }); // [{ box: { x, y, width, height }, score, age }, …]
 */
import { createLoader } from "./api/load.js";
import { createFacesLoader, type LoadFaces } from "./faces/load.js";
import { modules } from "./kernels/inline.js";

/**
 * Loads a detector of faces, and networks for what else is wanted of them.
 *
 * @throws FormatError or UnsupportedError if a weights file is damaged or another one, TypeError or RangeError for a
 * wrong argument, or if there are no weights.
 */
export const loadFaces: LoadFaces = /* @__PURE__ */ createFacesLoader(createLoader(modules));

export type { Point } from "./faces/boxes.js";
export type { DetectFacesOptions, Expression, Face, FaceAttribute, Faces } from "./faces/faces.js";
export type { LoadFaces, LoadFacesOptions } from "./faces/load.js";
export type { WeightFiles } from "./faces/weights.js";
export * from "./api/errors.js";
export type { LoadOptions } from "./api/load.js";
export type { InputShapes } from "./formats/index.js";
export type { Box, Picture } from "./image/picture.js";
export type { Background } from "./image/resize.js";
export type { Files, GlobalInstance } from "./io/source.js";
export type { Kernels } from "./runtime/features.js";
