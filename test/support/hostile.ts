/**
 * Files that nobody vouches for: truncated, with flipped bits, with absurd contents. Each must give a typed error or a
 * network that runs, without memory out of proportion.
 */
import { expect } from "vitest";
import { ModelError } from "../../src/errors.js";
import { elementCount } from "../../src/ir/tensor.js";
import type { Files } from "../../src/io/source.js";
import { loadModel } from "./load.js";

const MAX_MEMORY = 64 * 2 ** 20;

/** Loads and runs a model. Returns the error's name, or "runs". Throws for an error that is not typed. */
export async function attempt(model: Uint8Array | Files): Promise<string> {
  try {
    const net = await loadModel(model, { maxMemory: MAX_MEMORY });
    expect(net.memory.total).toBeLessThanOrEqual(MAX_MEMORY);
    const input = Object.fromEntries(
      net.inputs.map(({ name, dtype, shape }) => {
        const type = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array }[dtype as "float32"];
        return [name, new type(elementCount(shape))];
      }),
    );
    if (Object.keys(input).length === net.inputs.length) net.run(input);
    return "runs";
  } catch (error) {
    // A TypeError of ours names the argument: a file may ask for one that is not there.
    const ofArgument = error instanceof TypeError && error.message.startsWith('"model"');
    if (error instanceof ModelError || error instanceof RangeError || ofArgument) return error.name;
    throw error;
  }
}

/** How often each outcome came. */
export async function outcomes(models: Iterable<Uint8Array | Files>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const model of models) {
    const outcome = await attempt(model);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

export function* truncations(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let length = 0; length < bytes.length; length += step) yield bytes.subarray(0, length);
}

/** Copies with one to four flipped bits, within `reach` bytes of the ends. */
export function* flips(
  bytes: Uint8Array,
  count: number,
  random: () => number,
  reach = bytes.length,
): Generator<Uint8Array> {
  const end = Math.min(bytes.length, reach);
  for (let i = 0; i < count; ++i) {
    const copy = bytes.slice();
    for (let left = 1 + Math.floor(4 * random()); left > 0; --left) {
      const at = Math.floor(end * random());
      const index = random() < 0.5 ? at : copy.length - 1 - at;
      copy[index]! ^= 1 << Math.floor(8 * random());
    }
    yield copy;
  }
}

const ABSURD: readonly unknown[] = [null, -1, 0, 0.5, 7, 2 ** 31, 2 ** 53, 1e300, "", "x", "../x", "same", true, [], [[]], {}]; // prettier-ignore

/** Copies of a JSON value, each with one value somewhere in it replaced, left out or doubled. */
export function* distortions(json: unknown, count: number, random: () => number): Generator<unknown> {
  for (let i = 0; i < count; ++i) {
    const copy = structuredClone(json);
    const places: [Record<string, unknown>, string][] = [];
    const visit = (value: unknown) => {
      if (typeof value !== "object" || value === null) return;
      for (const key of Object.keys(value)) {
        places.push([value as Record<string, unknown>, key]);
        visit((value as Record<string, unknown>)[key]);
      }
    };
    visit(copy);
    const [holder, key] = places[Math.floor(places.length * random())]!;
    const kind = random();
    if (kind < 0.15) delete holder[key];
    else if (kind < 0.3 && Array.isArray(holder)) holder.push(holder[Number(key)]);
    else holder[key] = ABSURD[Math.floor(ABSURD.length * random())];
    yield copy;
  }
}
