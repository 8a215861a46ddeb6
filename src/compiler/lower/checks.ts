/** What several operators ask of their tensors. */
import { UnsupportedError } from "../../errors.js";
import type { Tensor } from "../../ir/tensor.js";
import { affineOf, familyOf, type Family } from "../layout.js";

/** The kernels for an operator whose input and output must both be float32 or both 8-bit. */
export function expectFamily(input: Tensor, output: Tensor): Family {
  const family = familyOf(input);
  if (familyOf(output) !== family) {
    throw new UnsupportedError(`output expected ${input.dtype} like the input, got ${output.dtype}`);
  }
  return family;
}

/** The same for an operator that moves values without changing them. */
export function expectSameEncoding(input: Tensor, output: Tensor): Family {
  const family = expectFamily(input, output);
  if (family === "int8") {
    const [before, after] = [affineOf(input), affineOf(output)];
    const same = before.scale === after.scale && before.zeroPoint === after.zeroPoint && input.dtype === output.dtype;
    if (!same) throw new UnsupportedError("output expected the quantisation of the input");
  }
  return family;
}
