/** Arrays in local memory: made by creation functions, or of what users have. */

import type { DType } from "../memory/dtype.ts";
import { checkNames } from "../wire/option-names.ts";
import type { CreateOptions, Creation } from "./creation.ts";
import { allocate, checkDType } from "./element.ts";
import { fillRegion } from "./filling.ts";
import { type ArraySource, type DTypeOfSource, fromSource, overSource } from "./from-source.ts";
import { arrayOf, type NDArray } from "./ndarray.ts";
import { wholeRegion } from "./region.ts";
import { sizeOf } from "./shape.ts";
import { rowMajor, type Strided } from "./strided.ts";

/** What a creation function asked for, in local memory. */
export function createLocal<D extends DType>(asked: Creation<D>): NDArray<D> {
  const { shape, dtype, filling } = asked;
  const data = allocate(dtype, sizeOf(shape));
  const isZero = filling.kind === "constant" && Object.is(filling.value, 0);
  if (!isZero) fillRegion(data, dtype, filling, shape, wholeRegion(shape));
  return arrayOf(rowMajor(data, shape, dtype));
}

export interface FromArrayOptions<D extends DType = DType> extends CreateOptions<D> {
  /** false: an array over the same memory, not a copy; of typed arrays and arrays over them. */
  readonly copy?: boolean;
}

/**
 * A new array of the elements of nested arrays, a typed array, a single value, or an array of this or another
 * library. Numbers become f64, booleans bool, `{ re, im }` c128; typed arrays keep their dtype.
 * @throws where nested arrays are ragged or hold something else.
 */
export function fromArray<S extends ArraySource, D extends DType = DTypeOfSource<S>>(
  source: S,
  options: FromArrayOptions<D> = {},
): NDArray<D> {
  checkNames(options, ["dtype", "copy"], "fromArray");
  const dtype = options.dtype && checkDType(options.dtype);
  const make = options.copy === false ? overSource : fromSource;
  return arrayOf(make(source, dtype) as Strided<D>);
}
