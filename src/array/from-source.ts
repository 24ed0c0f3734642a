/**
 * New arrays from what users have: nested JavaScript arrays, typed arrays, single values, and arrays of other
 * libraries (`@stdlib/ndarray`, `ndarray` and alike) with any strides, offset and kind of storage.
 */

import { type DType, elementOf, elementTypeOf, type TypedArray } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { copyOf } from "./copy.ts";
import { DTYPES, isComplexValue, type Value, writeElement } from "./element.ts";
import { type DTypeOfValue, dtypeOfValue, promote } from "./promotion.ts";
import { checkShape, rowMajorStrides, type Shape, shapeText } from "./shape.ts";
import { empty, rowMajor, type Strided, walk } from "./strided.ts";

/** Arrays of arrays of equal length; the innermost may be typed arrays. */
export type Nested = Value | TypedArray | readonly Nested[];

/** An array of another library. Strides and offset count entries of `data`. */
export interface ForeignArray {
  /** Entries by index, or by a method `get(index)`. */
  readonly data: object;
  readonly shape: ArrayLike<number>;
  readonly strides?: ArrayLike<number>;
  readonly stride?: ArrayLike<number>;
  readonly offset?: number;
  readonly dtype?: unknown;
}

export type ArraySource = Nested | ForeignArray | Strided;

interface TagDTypes {
  Float64Array: "f64";
  Float32Array: "f32";
  Int32Array: "i32";
  Uint32Array: "u32";
  Int16Array: "i16";
  Uint16Array: "u16";
  Int8Array: "i8";
  Uint8Array: "u8";
  Uint8ClampedArray: "u8";
}

/** The dtype that an array made from a source has. */
export type DTypeOfSource<S> = Nested extends S
  ? DType
  : S extends { readonly dtype: infer D extends DType }
    ? D
    : S extends { readonly [Symbol.toStringTag]: infer Tag extends keyof TagDTypes }
      ? TagDTypes[Tag]
      : S extends readonly (infer Item)[]
        ? [Item] extends [never]
          ? "f64"
          : DTypeOfSource<Item>
        : S extends Value
          ? DTypeOfValue<S>
          : DType;

/** A new row-major array of the source's elements. */
export function fromSource(source: ArraySource, dtype?: DType): Strided {
  const view = viewOfSource(source);
  if (view) return copyOf(view, dtype ?? view.dtype);
  if (isObject(source)) return fromForeignEntries(source as ForeignArray, dtype);
  return fromNested(source as Nested, dtype);
}

/** The source's elements where they are. @throws where they do not lie in a typed array of that dtype */
export function overSource(source: ArraySource, dtype?: DType): Strided {
  const view = viewOfSource(source);
  if (!view) {
    throw invalidArgument(
      "an array without a copy is made over a typed array, or an array of a library that has one; leave { copy: false } out",
    );
  }
  if (dtype === undefined || dtype === view.dtype) return view;
  throw invalidArgument(
    `the elements are ${view.dtype}, and ${dtype} ones would be a copy; leave out { copy: false } or the dtype`,
  );
}

const isObject = (source: unknown): source is object =>
  typeof source === "object" &&
  source !== null &&
  !isComplexValue(source as Value) &&
  !Array.isArray(source);

/** Typed arrays and arrays over them, in place. */
function viewOfSource(source: ArraySource): Strided | undefined {
  if (ArrayBuffer.isView(source)) return viewOfTyped(source as TypedArray);
  return isObject(source) ? viewOfForeign(source as ForeignArray | Strided) : undefined;
}

function viewOfTyped(data: TypedArray): Strided {
  const type = elementTypeOf(data);
  if (type === "u8c") {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return rowMajor(bytes, [data.length], "u8");
  }
  if (!DTYPES.includes(type as DType)) {
    throw invalidArgument(
      `a ${data.constructor.name} has no dtype; convert it first, as in Float64Array.from(array, Number)`,
    );
  }
  return rowMajor(data as Strided["data"], [data.length], type as DType);
}

// --- Nested arrays ------------------------------------------------------------------------------

function fromNested(source: Nested, dtype: DType | undefined): Strided {
  const shape = shapeOf(source);
  const found = inspect(source, shape, []);
  const result = empty(checkShape(shape), dtype ?? found ?? "f64");
  const { lanes } = elementOf(result.dtype);
  let at = 0;
  const write = (item: Nested, axis: number): void => {
    if (axis === shape.length) {
      writeElement(result.data, result.dtype, at, item as Value);
      at += lanes;
    } else for (const inner of item as readonly Nested[]) write(inner, axis + 1);
  };
  write(source, 0);
  return result;
}

/** The lengths along the first elements. */
function shapeOf(source: Nested): number[] {
  const shape: number[] = [];
  let item: Nested | undefined = source;
  while (Array.isArray(item) || ArrayBuffer.isView(item)) {
    shape.push((item as readonly Nested[]).length);
    item = (item as readonly Nested[])[0];
  }
  return shape;
}

/** Checks that all parts have the shape and gives their dtype; undefined for no elements. `path` leads to `item`. */
function inspect(item: Nested, shape: Shape, path: number[]): DType | undefined {
  const length = shape[path.length];
  const refuse = (what: string): never => {
    const where = path.length === 0 ? "the value" : `element [${path.join("][")}]`;
    throw invalidArgument(`${where} ${what}`);
  };
  const isArray = Array.isArray(item) || ArrayBuffer.isView(item);
  if (length === undefined) {
    if (typeof item === "number" || typeof item === "boolean" || isComplexValue(item)) {
      return dtypeOfValue(item);
    }
    if (isArray) {
      refuse("is an array, but others beside it are values; nested arrays must be equally deep");
    }
    const what = item === null ? "null" : `of type ${typeof item}`;
    return refuse(`is ${what}; elements are numbers, booleans or { re, im }`);
  }
  if (!isArray) {
    refuse("is a value, but others beside it are arrays; nested arrays must be equally deep");
  }
  const items = item as readonly Nested[];
  if (items.length !== length) {
    refuse(
      `has ${items.length} elements, but others beside it have ${length}; fill the rows up or keep them as separate arrays`,
    );
  }
  if (ArrayBuffer.isView(item) && path.length === shape.length - 1) {
    return viewOfTyped(item as TypedArray).dtype;
  }
  let found: DType | undefined;
  for (let at = 0; at < length; at++) {
    path.push(at);
    const own = inspect(items[at] as Nested, shape, path);
    path.pop();
    if (own !== found) found = own && found ? promote(found, own) : (own ?? found);
  }
  return found;
}

// --- Arrays of other libraries -------------------------------------------------------------------

interface Layout {
  readonly data: object;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** @throws where an object is no array */
function layoutOf(source: ForeignArray | Strided): Layout {
  const { data, shape: lengths, offset = 0 } = source;
  if (typeof data !== "object" || data === null || typeof lengths !== "object") {
    throw invalidArgument(
      "no array can be made from this object; give nested arrays, a typed array, or an object with data, shape and strides",
    );
  }
  const shape = checkShape(Array.from(lengths));
  const given = source.strides ?? (source as ForeignArray).stride ?? rowMajorStrides(shape);
  const strides = Array.from(given).slice(0, shape.length);
  if (strides.length < shape.length) {
    throw invalidArgument(`shape ${shapeText(shape)} has strides ${shapeText(strides)}`);
  }
  return { data, shape, strides, offset };
}

function viewOfForeign(source: ForeignArray | Strided): Strided | undefined {
  const { data, ...layout } = layoutOf(source);
  if (!ArrayBuffer.isView(data) || elementTypeOf(data) === undefined) return undefined;
  const flat = viewOfTyped(data as TypedArray);
  const dtype = DTYPES.includes(source.dtype as DType) ? (source.dtype as DType) : flat.dtype;
  return { data: flat.data, ...layout, dtype };
}

function fromForeignEntries(source: ForeignArray, dtype: DType | undefined): Strided {
  const { data, shape, strides, offset } = layoutOf(source);
  const values = fromEntries(data, shape, strides, offset, String(source.dtype));
  return dtype ? copyOf(values, dtype) : values;
}

/** Values that only their container can read. */
function fromEntries(
  data: object,
  shape: Shape,
  strides: readonly number[],
  offset: number,
  name: string,
): Strided {
  const accessor = data as { get?: (at: number) => unknown };
  const entry =
    typeof accessor.get === "function"
      ? (at: number) => accessor.get?.(at)
      : (at: number) => (data as ArrayLike<unknown>)[at];
  const values: Nested[] = [];
  const at = [offset];
  walk({ shape, strides: [strides] }, at, () => {
    values.push(entry(at[0] as number) as Nested);
  });
  const flat = fromNested(values, name === "complex64" ? "c64" : undefined);
  return rowMajor(flat.data, shape, flat.dtype);
}
