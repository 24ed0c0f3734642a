/** What array functions take, local or distributed, and how that says what they give. */

import type { DType } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { isDArray } from "./distributed/block-array.ts";
import type { DArray } from "./distributed/darray.ts";
import { isNDArray, type NDArray } from "./ndarray.ts";

export type AnyArray = DArray | NDArray;

/** An array of the kind of `A`: distributed where that is. */
export type Like<A extends AnyArray, D extends DType = A["dtype"]> = [Extract<A, DArray>] extends [
  never,
]
  ? NDArray<D>
  : DArray<D>;

/** A value of a local array, a promise of one of a distributed array. */
export type Answer<A extends AnyArray, V> = [Extract<A, DArray>] extends [never] ? V : Promise<V>;

export const isArray = (value: unknown): value is AnyArray => isDArray(value) || isNDArray(value);

/** @throws where `value` is not an array of this library */
export function checkArray(name: string, value: unknown): AnyArray {
  if (isArray(value)) return value;
  throw invalidArgument(
    `${name} takes an array made by this library; distribute(x, Blocks(...)) or fromArray(x) makes one of other data`,
  );
}

/** @throws where `value` is not a list of arrays of this library, at least one */
export function checkArrays(name: string, value: unknown): readonly AnyArray[] {
  if (Array.isArray(value) && value.length > 0) return value.map((each) => checkArray(name, each));
  throw invalidArgument(`${name} takes a list of arrays, at least one: ${name}([a, b])`);
}
