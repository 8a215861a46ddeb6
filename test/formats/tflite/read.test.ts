/** What the reader says of files that it does not take. */
import { Builder } from "flatbuffers";
import { describe, expect, test } from "vitest";
import { FormatError, UnsupportedError } from "../../../src/errors.js";
import { readModel } from "../../../src/formats/index.js";
import { readTflite } from "../../../src/formats/tflite/read.js";
import * as schema from "../../../src/formats/tflite/schema.js";

interface FileOptions {
  readonly version?: number;
  readonly code?: number;
  readonly customCode?: string;
  readonly shape?: readonly number[];
  readonly type?: number;
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
  readonly operatorInputs?: readonly number[];
  /** How many operators there are; they all point to the same table. */
  readonly operators?: number;
}

/** A file of one operator, RELU unless told otherwise, from tensor 0 to tensor 1. */
function file(options: FileOptions = {}): Uint8Array {
  const { version = 3, code = 19, customCode, shape = [1, 4], type = 0, operators = 1 } = options;
  const builder = new Builder();
  const vector = (values: readonly number[]) => {
    builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) builder.addInt32(value);
    return builder.endVector();
  };
  const offsets = (values: readonly number[]) => {
    builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) builder.addOffset(value);
    return builder.endVector();
  };
  builder.startObject(1);
  const buffer = builder.endObject();
  const tensor = () => {
    const dimensions = vector(shape);
    builder.startObject(4);
    builder.addFieldOffset(schema.Tensor.shape, dimensions, 0);
    builder.addFieldInt8(schema.Tensor.type, type, 0);
    return builder.endObject();
  };
  const tensors = offsets([tensor(), tensor()]);
  const operatorInputs = vector(options.operatorInputs ?? [0]);
  const operatorOutputs = vector([1]);
  builder.startObject(3);
  builder.addFieldOffset(schema.Operator.inputs, operatorInputs, 0);
  builder.addFieldOffset(schema.Operator.outputs, operatorOutputs, 0);
  const operator = builder.endObject();
  const operatorList = offsets(Array.from({ length: operators }, () => operator));
  const inputs = vector(options.inputs ?? [0]);
  const outputs = vector(options.outputs ?? [1]);
  builder.startObject(4);
  builder.addFieldOffset(schema.SubGraph.tensors, tensors, 0);
  builder.addFieldOffset(schema.SubGraph.inputs, inputs, 0);
  builder.addFieldOffset(schema.SubGraph.outputs, outputs, 0);
  builder.addFieldOffset(schema.SubGraph.operators, operatorList, 0);
  const subgraphs = offsets([builder.endObject()]);
  const custom = customCode === undefined ? 0 : builder.createString(customCode);
  builder.startObject(4);
  builder.addFieldInt32(schema.OperatorCode.code, code, 0);
  if (custom) builder.addFieldOffset(schema.OperatorCode.customCode, custom, 0);
  const codes = offsets([builder.endObject()]);
  const buffers = offsets([buffer]);
  builder.startObject(5);
  builder.addFieldInt32(schema.Model.version, version, 0);
  builder.addFieldOffset(schema.Model.operatorCodes, codes, 0);
  builder.addFieldOffset(schema.Model.subgraphs, subgraphs, 0);
  builder.addFieldOffset(schema.Model.buffers, buffers, 0);
  builder.finish(builder.endObject(), schema.IDENTIFIER);
  return builder.asUint8Array().slice();
}

describe("a file", () => {
  test("that is sound is read", async () => {
    expect((await readTflite(file())).ops).toMatchObject([
      { type: "activation", activation: "relu", inputs: [0], outputs: [1] },
    ]);
  });

  test.each<[string, FileOptions, typeof FormatError, RegExp]>([
    ["of another version", { version: 2 }, UnsupportedError, /schema version expected 3, got 2/],
    [
      "with another operator",
      { code: 10 },
      UnsupportedError,
      /^operator 0 \(HASHTABLE_LOOKUP\): not supported; supported are ADD, AVERAGE_POOL_2D, /,
    ],
    [
      "with an operator newer than this reader",
      { code: 200 },
      UnsupportedError,
      /^operator 0 \(BUILTIN_200\): not supported/,
    ],
    [
      "with a custom operator",
      { code: 32, customCode: "Fancy" },
      UnsupportedError,
      /^operator 0 \(CUSTOM Fancy\): not supported/,
    ],
    ["with an operator named like a method", { code: 32, customCode: "toString" }, UnsupportedError, /not supported/],
    [
      "with 64-bit integers",
      { type: 4 },
      UnsupportedError,
      /^tensor 0: type expected float32, float16, int32, uint8, int8, got number 4/,
    ],
    ["with a size of 0", { shape: [1, 0] }, FormatError, /^tensor 0 expected positive sizes/],
    [
      "with a shape of billions",
      { shape: [1, 65536, 65536, 9] },
      FormatError,
      /^tensor 0 expected positive sizes and at most/,
    ],
    ["with inputs beyond its tensors", { inputs: [7] }, FormatError, /graph: tensor index expected 0…1, got 7/],
    [
      "with an operator without inputs",
      { operatorInputs: [] },
      FormatError,
      /^operator 0 \(RELU\): input expected a tensor from 0 to 1, got none/,
    ],
    ["with an operator that reads what it makes", { operatorInputs: [1] }, FormatError, /part of a cycle/],
    ["with 20,000 operators in the space of one", { operators: 20_000 }, FormatError, /share the same bytes/],
    [
      "whose operators share bytes",
      { operators: 9_000, operatorInputs: Array.from({ length: 9_000 }, () => 0) },
      FormatError,
      /share the same bytes/,
    ],
  ])("%s is refused", async (_, options, type, message) => {
    const error: unknown = await readTflite(file(options)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
  });

  test.each([
    ["nothing", new Uint8Array(0), /got 0 bytes that begin with nothing/],
    [
      "a picture",
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73),
      /got 9 bytes that begin with ff d8 ff e0 00 10 4a 46/,
    ],
  ])("that is %s is refused", async (_, bytes, message) => {
    await expect(readModel({ bytes })).rejects.toThrow(FormatError);
    await expect(readModel({ bytes })).rejects.toThrow(message);
  });
});
