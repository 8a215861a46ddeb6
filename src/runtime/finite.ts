/** The check of inputs where no kernel does it. */

/**
 * Whether all numbers are finite, as f32_areFinite() finds it. In integers, because an interpreter allocates an object for
 * each float that it computes.
 */
export function areFinite(x: Float32Array): boolean {
  const bits = new Int32Array(x.buffer, x.byteOffset, x.length);
  let any = 0;
  for (let i = 0; i < bits.length; ++i) any |= (bits[i]! & 0x7f800000) + 0x00800000;
  return any >= 0;
}
