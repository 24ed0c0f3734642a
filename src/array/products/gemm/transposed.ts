/** A matrix with rows for columns, without moving anything. */

import type { Strided } from "../../strided.ts";

export const transposed = (matrix: Strided): Strided => ({
  ...matrix,
  shape: matrix.shape.toReversed(),
  strides: matrix.strides.toReversed(),
});
