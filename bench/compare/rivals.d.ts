/** The part of the rivals' interfaces that the bench uses: types are checked where the rivals are not installed. */

declare module "onnxruntime-common" {
  type Elements = Float32Array | Uint8Array;

  export interface SessionOptions {
    readonly intraOpNumThreads?: number;
  }

  export interface Tensor {
    readonly data: Elements;
  }

  export interface InferenceSession {
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  }

  export interface Onnxruntime {
    readonly env: { readonly wasm: { numThreads?: number } };
    readonly InferenceSession: { create(model: Uint8Array, options: SessionOptions): Promise<InferenceSession> };
    readonly Tensor: new (dtype: string, elements: Elements, shape: readonly number[]) => Tensor;
  }
}

declare module "onnxruntime-web" {
  import type { Onnxruntime } from "onnxruntime-common";
  export const env: Onnxruntime["env"];
  export const InferenceSession: Onnxruntime["InferenceSession"];
  export const Tensor: Onnxruntime["Tensor"];
}

declare module "onnxruntime-node" {
  export * from "onnxruntime-web";
}

declare module "@litertjs/core" {
  type Elements = Float32Array | Uint8Array;

  export class Tensor {
    constructor(elements: Elements, shape: readonly number[]);
    data(): Promise<Elements>;
    delete(): void;
  }

  export function loadLiteRt(folder: string, options: { threads: boolean }): Promise<unknown>;
  export function loadAndCompile(
    model: Uint8Array,
    options: { accelerator: "wasm"; cpuOptions: { numThreads: number } },
  ): Promise<{ run(inputs: readonly Tensor[]): Promise<readonly Tensor[]> }>;
}

declare module "@tensorflow/tfjs-core" {
  type Elements = Float32Array | Uint8Array;

  export interface Tensor {
    dataSync(): Float32Array;
    dispose(): void;
  }

  export interface Convolution {
    readonly x: Tensor;
    readonly filter: Tensor;
    readonly bias: Tensor;
    readonly strides: readonly [number, number];
    readonly pad: "same";
    readonly activation: "linear" | "relu" | "relu6";
  }

  export const fused: { conv2d(layer: Convolution): Tensor; depthwiseConv2d(layer: Convolution): Tensor };
  export function mean(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function tensor(elements: Elements, shape: readonly number[]): Tensor;
  export function tidy(action: () => Tensor): Tensor;
  export function setBackend(name: string): Promise<boolean>;
  export function removeBackend(name: string): void;
  export function registerBackend(name: string, create: () => object): boolean;
}

declare module "@tensorflow/tfjs-backend-wasm" {
  /** The emscripten module of the backend. */
  export interface WasmModule {
    cwrap(name: string, result: "number" | null, parameters: readonly "number"[]): unknown;
    tfjs: Readonly<Record<string, unknown>>;
  }

  export const BackendWasm: new (module: WasmModule) => object;

  export function setThreadsCount(threads: number): void;
  export function getThreadsCount(): number;
}

declare module "protobufjs" {
  interface Root {
    lookupType(name: string): { encode(message: object): { finish(): Uint8Array } };
  }
  const protobuf: { loadSync(path: string): Root };
  export default protobuf;
}
