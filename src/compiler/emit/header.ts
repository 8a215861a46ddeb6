/** A compiled model as a C header: sizes, types, quantisation, labels and status codes for a host in C. */
import { ELEMENT_BYTES, elementCount, formatShape } from "../../ir/tensor.js";
import type { Description, TensorDescription } from "./description.js";

const TYPES = {
  float32: "float",
  uint8: "uint8_t",
  int8: "int8_t",
  float16: "uint16_t",
  int32: "int32_t",
  bool: "uint8_t",
} as const;

/** The text of the header; names begin with `prefix`, which is an identifier. */
export function header(
  { inputs, outputs, labels, preprocessing, classifier, image, memory }: Description,
  prefix: string,
): string {
  const upper = prefix.toUpperCase();
  const lines = [
    "/* Written by mobilenet-simd compile. docs/standalone.md describes the exports of the module. */",
    `#ifndef ${upper}_H`,
    `#define ${upper}_H`,
    "",
    "#include <stdint.h>",
    "",
    "/* Exports, with addresses in the module's memory:",
    " *   uint32_t alloc(uint32_t bytes)",
    " *   uint32_t input(uint32_t index)",
    " *   uint32_t output(uint32_t index)",
    " *   int32_t run(void)",
    ...(preprocessing
      ? [" *   int32_t image(uint32_t address, uint32_t width, uint32_t height, uint32_t channels, uint32_t rowBytes)"]
      : []),
    ...(classifier ? [" *   uint32_t top(uint32_t k, uint32_t address)"] : []),
    " */",
    "",
    "enum {",
    `  ${upper}_OK = 0,`,
    `  ${upper}_NO_IMAGE = 1,`,
    `  ${upper}_BAD_SIZE = 2,`,
    `  ${upper}_BAD_CHANNELS = 3,`,
    `  ${upper}_BAD_ROW_BYTES = 4,`,
    `  ${upper}_BAD_ADDRESS = 5`,
    "};",
    "",
    `#define ${upper}_MEMORY_BYTES ${memory.total}u`,
    ...(image
      ? [`#define ${upper}_IMAGE_ADDRESS ${image.address}u`, `#define ${upper}_IMAGE_BYTES ${image.bytes}u`]
      : []),
    "",
    ...inputs.flatMap((tensor, index) => tensorLines(tensor, `${upper}_INPUT${index}`, `${prefix}_input${index}_t`)),
    ...outputs.flatMap((tensor, index) => tensorLines(tensor, `${upper}_OUTPUT${index}`, `${prefix}_output${index}_t`)),
    ...(classifier
      ? ["/* What top() writes. */", `typedef struct { uint32_t index; float score; } ${prefix}_class_t;`, ""]
      : []),
    ...(labels
      ? [
          `#define ${upper}_LABELS ${labels.length}`,
          `static const char *const ${prefix}_labels[${upper}_LABELS] = {`,
          ...labels.map((label) => `  ${literal(label)},`),
          "};",
          "",
        ]
      : []),
    `#endif /* ${upper}_H */`,
    "",
  ];
  return lines.join("\n");
}

function tensorLines(
  { name, dtype, shape, scale, zeroPoint }: TensorDescription,
  macro: string,
  type: string,
): string[] {
  const count = elementCount(shape);
  return [
    `/* ${name.replaceAll("*/", "* /")}: ${dtype} ${formatShape(shape)} */`,
    `typedef ${TYPES[dtype]} ${type};`,
    `#define ${macro}_ELEMENTS ${count}u`,
    `#define ${macro}_BYTES ${count * ELEMENT_BYTES[dtype]}u`,
    ...(scale === undefined
      ? []
      : [`#define ${macro}_SCALE ${scale}`, `#define ${macro}_ZERO_POINT ${zeroPoint ?? 0}`]),
    "",
  ];
}

/** A string of C: UTF-8, with octal escapes, which end after three digits, for all but plain ASCII. */
function literal(text: string): string {
  const escaped = Array.from(new TextEncoder().encode(text), (byte) => {
    const isPlain = byte >= 32 && byte < 127 && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"${escaped.join("")}"`;
}
