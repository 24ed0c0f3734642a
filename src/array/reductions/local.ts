/** Reductions of arrays in local memory. */

import type { Value } from "../element.ts";
import { normalizeAxes, reducedShape, sizeOf } from "../shape.ts";
import { arrayOfValues, type Strided } from "../strided.ts";
import { checkReduction, type ReductionOptions } from "./options.ts";
import { type FoldFunctions, type ReductionSpec, reductionFrom } from "./spec.ts";

/** One value, or an array where axes are kept. */
export function reduceLocal(
  view: Strided,
  spec: ReductionSpec,
  functions: FoldFunctions,
  options: ReductionOptions = {},
): { readonly value: unknown } | { readonly array: Strided } {
  checkReduction(spec, options);
  const { axis, keepdims = false, init } = options;
  const axes = normalizeAxes(axis, view.shape.length);
  const shape = reducedShape(view.shape, axes, keepdims);
  const reduction = reductionFrom(spec, functions);
  const values = reduction.finish(reduction.step(view, axes), sizeOf(shape), init as Value);
  if (axis === undefined && !keepdims) return { value: values[0] };
  return { array: arrayOfValues(values, shape, reduction.dtype) };
}
