/** Numbers of the TensorFlow Lite schema, version 3: field ids in order of declaration, enumerations. */
import type { Activation } from "../../ir/ops/module.js";
import type { DType } from "../../ir/tensor.js";

export const IDENTIFIER = "TFL3";

export const Model = { version: 0, operatorCodes: 1, subgraphs: 2, description: 3, buffers: 4 } as const;
export const OperatorCode = { deprecatedCode: 0, customCode: 1, version: 2, code: 3 } as const;
export const SubGraph = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const;
export const Tensor = { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4, sparsity: 6 } as const;
export const Quantization = { scale: 2, zeroPoint: 3, dimension: 6 } as const;
export const Buffer = { data: 0 } as const;
export const Operator = { code: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4, customOptions: 5 } as const;
export const Conv2DOptions = { padding: 0, strideW: 1, strideH: 2, activation: 3, dilationW: 4, dilationH: 5 } as const;
export const DepthwiseOptions = {
  padding: 0,
  strideW: 1,
  strideH: 2,
  multiplier: 3,
  activation: 4,
  dilationW: 5,
  dilationH: 6,
} as const;
export const Pool2DOptions = { padding: 0, strideW: 1, strideH: 2, filterW: 3, filterH: 4, activation: 5 } as const;
export const FullyConnectedOptions = { activation: 0, weightsFormat: 1, keepDims: 2 } as const;
export const SoftmaxOptions = { beta: 0 } as const;
export const AddOptions = { activation: 0 } as const;
/** DIV, MUL and SUB. */
export const BinaryOptions = { activation: 0 } as const;
export const ConcatenationOptions = { axis: 0, activation: 1 } as const;
export const StridedSliceOptions = {
  beginMask: 0,
  endMask: 1,
  ellipsisMask: 2,
  newAxisMask: 3,
  shrinkMask: 4,
} as const;
export const LeakyReluOptions = { alpha: 0 } as const;
export const ReshapeOptions = { newShape: 0 } as const;
export const ArgMaxOptions = { outputType: 0 } as const;
export const ResizeBilinearOptions = { alignCorners: 2, halfPixelCenters: 3 } as const;
export const ResizeNearestOptions = { alignCorners: 0, halfPixelCenters: 1 } as const;
export const TransposeConvOptions = { padding: 0, strideW: 1, strideH: 2, activation: 3 } as const;
/** Of DEPTH_TO_SPACE and SPACE_TO_DEPTH. */
export const BlockOptions = { blockSize: 0 } as const;
export const MirrorPadOptions = { mode: 0 } as const;
export const L2NormOptions = { activation: 0 } as const;
export const PackOptions = { count: 0, axis: 1 } as const;
export const UnpackOptions = { count: 0, axis: 1 } as const;
export const GatherOptions = { axis: 0, batchDims: 1 } as const;
export const ReducerOptions = { keepDims: 0 } as const;

export const PADDING = ["SAME", "VALID"] as const;

/** Fused activations by number; the package has no others. */
export const ACTIVATIONS: Readonly<Record<number, Activation>> = { 0: "none", 1: "relu", 3: "relu6" };

/** Element types by number; the package has no others. */
export const TYPES: Readonly<Record<number, DType>> = {
  0: "float32",
  1: "float16",
  2: "int32",
  3: "uint8",
  6: "bool",
  9: "int8",
};

/** The number of the element type int64, which becomes int32. */
export const INT64 = 4;

/** The least norm of L2_NORMALIZATION. */
export const L2_EPSILON = 1e-6;

/** The modes of MIRROR_PAD by number. */
export const MIRROR_MODES = ["reflect", "symmetric"] as const;

/** MediaPipe's custom operator: TRANSPOSE_CONV with a bias. */
export const TRANSPOSE_CONV_BIAS = "Convolution2DTransposeBias";

/** The custom operator of detectors. */
export const DETECTION = "TFLite_Detection_PostProcess";

const NAMES =
  "ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR " +
  "FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION " +
  "LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH " +
  "CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER " +
  "BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE " +
  "BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM " +
  "ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE " +
  "TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK " +
  "LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD " +
  "RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N " +
  "GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH " +
  "IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL";

/** The number of a builtin operator. */
export function operatorCode(name: string): number {
  return NAMES.split(" ").indexOf(name);
}

/** The name of a builtin operator. */
export function operatorName(code: number): string {
  return NAMES.split(" ")[code] ?? `BUILTIN_${code}`;
}
