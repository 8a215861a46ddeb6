/** A network here and in its engine, on three pictures: agreement and time. */
import { expect } from "vitest";
import type { Network } from "../../../src/api/network.js";
import type { TensorView } from "../../../src/ir/tensor.js";
import { pictureFor, PICTURES } from "./pictures.js";
import type { Row } from "./table.js";

/** Another engine with a model loaded. */
export interface Other {
  /** The outputs, in the order of ours, for inputs in the order of ours. */
  run(inputs: readonly TensorView[]): Promise<readonly ArrayLike<number>[]>;
  /** Milliseconds of a run; undefined if it cannot say. */
  time(inputs: readonly TensorView[]): Promise<number | undefined>;
}

/** The largest error of a float output in proportion to its largest element. */
const TOLERANCE = 1e-3;

/** Runs both. Throws if a byte differs, or a float by more than the tolerance. */
export async function compare(net: Network, other: Other): Promise<Omit<Row, "name" | "engine">> {
  let worst = 0;
  let isExact = true;
  const seen = new Set<string>();
  let inputs: TensorView[] = [];
  for (const name of PICTURES) {
    inputs = net.inputs.map((input) =>
      input.shape.length === 4 && (input.shape[3] === 3 || input.shape[3] === 1)
        ? pictureFor(input, name)
        : zeros(input.dtype, input.shape),
    );
    const ours = net.run(inputs);
    const theirs = await other.run(inputs);
    expect(theirs.length).toBe(ours.length);
    for (const [i, { data, dtype }] of ours.entries()) {
      expect(theirs[i]!.length).toBe(data.length);
      if (dtype === "float32") {
        isExact = false;
        worst = Math.max(worst, errorOf(data, theirs[i]!));
      } else {
        const differing = Array.from(data).filter((value, k) => value !== Number(theirs[i]![k])).length;
        expect(differing, `${name}, output ${i}: differing elements`).toBe(0);
      }
    }
    seen.add(ours.map(({ data }) => data.join()).join(";"));
  }
  expect(seen.size, "different outputs for different pictures").toBe(PICTURES.length);
  expect(worst).toBeLessThan(TOLERANCE);
  const ours = await median(() => void net.run(inputs));
  return { agrees: isExact ? "bytes" : worst.toExponential(1), ours, theirs: await other.time(inputs) };
}

function zeros(dtype: string, shape: readonly number[]): TensorView {
  const count = shape.reduce((a, b) => a * b, 1);
  if (dtype === "float32") return new Float32Array(count);
  if (dtype === "int32") return new Int32Array(count);
  return dtype === "int8" ? new Int8Array(count) : new Uint8Array(count);
}

function errorOf(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, most] = [0, 0];
  for (let i = 0; i < expected.length; ++i) {
    error = Math.max(error, Math.abs(got[i]! - expected[i]!));
    most = Math.max(most, Math.abs(expected[i]!));
  }
  return error / (most || 1);
}

/** The median of runs over half a second, after two to warm up. */
export async function median(run: () => void | Promise<void>): Promise<number> {
  for (let i = 0; i < 2; ++i) await run();
  const times: number[] = [];
  for (const begin = performance.now(); performance.now() - begin < 500 || times.length < 3;) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}
