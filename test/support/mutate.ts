/** Copies of files with something wrong in them. */

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
