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
