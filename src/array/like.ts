/** New arrays of the shape of others, distributed ones cut as they are. */

import type { DType } from "../memory/dtype.ts";
import * as creation from "./creation.ts";
import { BlockArray, isDArray } from "./distributed/block-array.ts";
import { createOver } from "./distributed/creation.ts";
import type { InputOf } from "./element.ts";
import { type AnyArray, checkArray, type Like } from "./kinds.ts";
import { createLocal } from "./local.ts";

/** What is asked for, local or distributed as `x` is. */
export function createLike<A extends AnyArray, D extends DType>(
  name: string,
  x: A,
  asked: creation.Creation<D>,
): Like<A, D> {
  if (!isDArray(x)) return createLocal(asked) as AnyArray as Like<A, D>;
  return new BlockArray(createOver(name, asked, x.grid)) as unknown as Like<A, D>;
}

/** All elements 0, with the shape and, unless one is given, the dtype of `x`. */
export function zerosLike<A extends AnyArray, D extends DType = A["dtype"]>(
  x: A,
  options: creation.CreateOptions<D> = {},
): Like<A, D> {
  const { shape, dtype } = checkArray("zerosLike", x);
  return createLike("zerosLike", x, creation.zeros(shape, { dtype: dtype as D, ...options }));
}

/** All elements 1; see `zerosLike`. */
export function onesLike<A extends AnyArray, D extends DType = A["dtype"]>(
  x: A,
  options: creation.CreateOptions<D> = {},
): Like<A, D> {
  const { shape, dtype } = checkArray("onesLike", x);
  return createLike("onesLike", x, creation.ones(shape, { dtype: dtype as D, ...options }));
}

/** All elements `value`; see `zerosLike`. */
export function fullLike<A extends AnyArray, D extends DType = A["dtype"]>(
  x: A,
  value: InputOf<D>,
  options: creation.CreateOptions<D> = {},
): Like<A, D> {
  const { shape, dtype } = checkArray("fullLike", x);
  const asked = creation.full(shape, value, { dtype: dtype as D, ...options });
  return createLike("fullLike", x, asked);
}
