/** Shapes for property tests: odd ones above all. */
import fc from "fast-check";
import type { Activation } from "../../src/ir/ops/module.js";
import { NO_PADDING, samePadding, type Padding, type Size } from "../../src/ir/window.js";

export interface Window {
  readonly height: number;
  readonly width: number;
  readonly kernel: Size;
  readonly stride: Size;
  readonly padding: Padding;
}

/** A window over an image in which it fits: any sides, SAME, VALID or other padding. */
export function windows(kernels: readonly Size[], strides: readonly Size[]): fc.Arbitrary<Window> {
  return fc
    .record({
      height: fc.integer({ min: 1, max: 17 }),
      width: fc.integer({ min: 1, max: 23 }),
      kernel: fc.constantFrom(...kernels),
      stride: fc.constantFrom(...strides),
      kind: fc.constantFrom("same", "valid", "explicit"),
      explicit: fc.record({ top: side, bottom: side, left: side, right: side }),
    })
    .map(({ kind, explicit, ...rest }) => {
      const same = samePadding([rest.height, rest.width], rest.kernel, rest.stride);
      const padding = { same, valid: NO_PADDING, explicit }[kind]!;
      return { ...rest, padding };
    })
    .filter(({ height, width, kernel, padding }) => {
      return kernel[0] <= height + padding.top + padding.bottom && kernel[1] <= width + padding.left + padding.right;
    });
}

const side = fc.integer({ min: 0, max: 2 });

export const activations: fc.Arbitrary<Activation> = fc.constantFrom("none", "relu", "relu6");

/** Channels around the size of a block, and some more. */
export const channels = fc.oneof(fc.integer({ min: 1, max: 17 }), fc.constantFrom(24, 31, 32, 33, 40, 64));

export const seeds = fc.integer({ min: 1, max: 2 ** 31 });
