/**
 * The precision of box arithmetic: applied to the result of every operation. TensorFlow Lite computes boxes in float32
 * (`Math.fround`), the face networks' authors and net.detect() in float64.
 */
export type Rounding = (x: number) => number;

export const float64: Rounding = (x) => x;
