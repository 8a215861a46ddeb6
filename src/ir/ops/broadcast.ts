/** Shapes of operands that are broadcast to each other, as NumPy does: sizes of 1 repeat, and missing ones come first. */
import { FormatError } from "../../errors.js";
import { formatShape, type Shape, type Tensor } from "../tensor.js";

/** The shape that all operands are broadcast to. Throws FormatError if they do not fit together. */
export function broadcastShape(operands: readonly Pick<Tensor, "shape">[]): Shape {
  const rank = Math.max(...operands.map(({ shape }) => shape.length));
  const sizes = Array<number>(rank).fill(1);
  for (const { shape } of operands) {
    for (const [i, size] of shape.entries()) {
      const axis = rank - shape.length + i;
      if (sizes[axis] === 1) sizes[axis] = size;
      else if (size !== 1 && size !== sizes[axis]) {
        const shapes = operands.map((operand) => formatShape(operand.shape)).join(" and ");
        throw new FormatError(`inputs expected of sizes that are equal or 1, got ${shapes}`);
      }
    }
  }
  return sizes;
}
