/** Cumulative sums, products and scans with a function of the user, of local and distributed arrays. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { checkDType, isComplex, type Value, type ValueOf } from "../element.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { type SumOf, sumOf } from "../promotion.ts";
import type { Join } from "../reductions/fold.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { empty } from "../strided.ts";
import { scanBlocks } from "./distributed.ts";
import { type ScanSpec, scanInto, scannedShape } from "./scan.ts";

export interface ScanOptions<E extends DType = DType> {
  /** The axis that lines run along; needed where there are several. */
  readonly axis?: number;
  /** Of the result: sums of integers and booleans are f64 unless given. */
  readonly dtype?: E;
  /** Lines begin with 0 (products: 1), and are longer by one. */
  readonly includeInitial?: boolean;
}

export interface AccumulateOptions<V, E extends DType = DType> {
  readonly axis?: number;
  /** Of the result; that of the array unless given. */
  readonly dtype?: E;
  /** What each line begins with; it is not in the result by itself. */
  readonly init?: V;
}

/** The sum of each element and those before it along an axis. */
export function cumsum<A extends AnyArray, E extends DType = SumOf<A["dtype"]>>(
  x: A,
  options: ScanOptions<E> = {},
): Like<A, E> {
  return scanned("cumsum", x, "sum", options) as Like<A, E>;
}

/** The product of each element and those before it along an axis. */
export function cumprod<A extends AnyArray, E extends DType = SumOf<A["dtype"]>>(
  x: A,
  options: ScanOptions<E> = {},
): Like<A, E> {
  return scanned("cumprod", x, "prod", options) as Like<A, E>;
}

/**
 * What an associative function makes of each element and those before it: `accumulate((a, b) => Math.max(a, b), x)`. The
 * function need not be commutative.
 */
export function accumulate<A extends AnyArray, E extends DType = A["dtype"]>(
  join: (a: ValueOf<A["dtype"]>, b: ValueOf<A["dtype"]>) => ValueOf<A["dtype"]>,
  x: A,
  options: AccumulateOptions<ValueOf<A["dtype"]>, E> = {},
): Like<A, E> {
  checkNames(options, ["axis", "dtype", "init"], "accumulate");
  if (typeof join !== "function") {
    throw invalidArgument("accumulate takes a function first: accumulate((a, b) => a + b, array)");
  }
  const array = checkArray("accumulate", x);
  const dtype = checkDType(options.dtype ?? array.dtype);
  const axis = axisOf("accumulate", array, options.axis);
  const spec: ScanSpec = { name: "fold", axis, dtype, includeInitial: false };
  return run("accumulate", array, spec, join as unknown as Join, options.init as Value) as Like<
    A,
    E
  >;
}

function axisOf(name: string, { shape }: AnyArray, axis: number | undefined): number {
  if (axis !== undefined) return normalizeAxis(axis, shape.length);
  if (shape.length === 1) return 0;
  throw invalidArgument(
    shape.length === 0
      ? `${name} of an array without dimensions: it has no axis`
      : `${name} of an array of ${shape.length} dimensions needs the axis: ${name}(x, { axis: 0 })`,
  );
}

function scanned(name: string, x: AnyArray, kind: "sum" | "prod", options: ScanOptions): AnyArray {
  checkNames(options, ["axis", "dtype", "includeInitial"], name);
  const array = checkArray(name, x);
  const dtype = checkDType(options.dtype ?? sumOf(array.dtype));
  if (isComplex(array.dtype) && !isComplex(dtype)) {
    throw invalidArgument(
      `${name} of ${array.dtype} has no dtype ${dtype}; choose the part you mean, as in map(z => z.re)`,
    );
  }
  const axis = axisOf(name, array, options.axis);
  const { includeInitial = false } = options;
  return run(name, array, { name: kind, axis, dtype, includeInitial }, undefined, undefined);
}

function run(
  name: string,
  array: AnyArray,
  spec: ScanSpec,
  join: Join | undefined,
  init: Value | undefined,
): AnyArray {
  if (isDArray(array)) return new BlockArray(scanBlocks(name, array, spec, join, init));
  const made = empty(scannedShape(array.shape, spec), spec.dtype);
  const lines = sizeOf(array.shape.toSpliced(spec.axis, 1));
  const carry = init === undefined ? undefined : new Array<unknown>(lines).fill(init);
  scanInto(made, array as NDArray, spec, join, carry);
  return arrayOf(made);
}
