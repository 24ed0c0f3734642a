/** The class behind `NDArray`. */

import type { DType } from "../memory/dtype.ts";
import { printAsString } from "../platform/inspect.ts";
import { arrayText, type TextOptions } from "../show/array-text.ts";
import { arraySummary } from "../show/summary.ts";
import { invalidArgument } from "../wire/errors.ts";
import { copyInto, copyOf, packed } from "./copy.ts";
import {
  checkDType,
  type DataOf,
  type InputOf,
  readElement,
  type Value,
  type ValueOf,
  writeElement,
} from "./element.ts";
import { applyElementwise, scalarArray } from "./elementwise/apply.ts";
import { modeOf } from "./elementwise/mode.ts";
import type { ElementwiseOptions } from "./elementwise/operand-types.ts";
import type { ElementFunction } from "./elementwise/result-type.ts";
import { type ArraySource, fromSource } from "./from-source.ts";
import { type IndexMap, permutation, placeView } from "./index-map.ts";
import type { ArrayFlags, InitOptions, NDArray, NestedValues } from "./ndarray.ts";
import { copyPicked, inOrder } from "./picking.ts";
import { reduceLocal } from "./reductions/local.ts";
import { Reducible } from "./reductions/reducible.ts";
import type { FoldFunctions, ReductionSpec } from "./reductions/spec.ts";
import { resolveSelection, type SelectEntry } from "./selection.ts";
import { inferShape, normalizePermutation, type Shape, shapeText, sizeOf } from "./shape.ts";
import { resolveIndex } from "./slice.ts";
import { empty, isContiguous, mayOverlap, rowMajor, type Strided } from "./strided.ts";

export class DenseArray<D extends DType> extends Reducible<D> implements NDArray<D> {
  readonly data: DataOf<D>;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  override readonly dtype: D;
  readonly size: number;
  /** Brings what was assigned to where the elements were taken from. @internal */
  put: (() => void) | undefined;
  /** Known once it is asked for. */
  #isRepeating: boolean | undefined;

  /** Takes what constructors of `@stdlib/ndarray` take, because its functions make views of an array by them. */
  constructor(dtype: D, data: DataOf<D>, shape: Shape, strides: readonly number[], offset: number) {
    super();
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.strides = Object.freeze([...strides]);
    this.offset = offset;
    this.dtype = dtype;
    this.size = sizeOf(shape);
  }

  /** The array whose elements a view describes. */
  static of<E extends DType>({ dtype, data, shape, strides, offset }: Strided<E>): DenseArray<E> {
    return new DenseArray(dtype, data, shape, strides, offset);
  }

  get stride(): readonly number[] {
    return this.strides;
  }

  get order(): "row-major" {
    return "row-major";
  }

  get length(): number {
    return this.size;
  }

  get ndim(): number {
    return this.shape.length;
  }

  get ndims(): number {
    return this.shape.length;
  }

  get flags(): ArrayFlags {
    const { data, shape, strides, offset, dtype } = this;
    const reversed = {
      data,
      offset,
      dtype,
      shape: shape.toReversed(),
      strides: strides.toReversed(),
    };
    return {
      READONLY: this.#repeats,
      ROW_MAJOR_CONTIGUOUS: isContiguous(this),
      COLUMN_MAJOR_CONTIGUOUS: isContiguous(reversed),
    };
  }

  // --- Elements ---------------------------------------------------------------------------------

  get(...indices: number[]): ValueOf<D> {
    return readElement(this.data, this.dtype, this.#position(indices)) as ValueOf<D>;
  }

  set(...indicesAndValue: [...indices: number[], value: InputOf<D>]): this {
    this.#checkWritable();
    const at = this.#position(indicesAndValue.slice(0, -1) as number[]);
    writeElement(this.data, this.dtype, at, indicesAndValue.at(-1) as Value);
    return this;
  }

  iget(index: number): ValueOf<D> {
    return readElement(this.data, this.dtype, this.#positionOf(index)) as ValueOf<D>;
  }

  iset(index: number, value: InputOf<D>): this {
    this.#checkWritable();
    writeElement(this.data, this.dtype, this.#positionOf(index), value as Value);
    return this;
  }

  /** Whether an element is at several places. */
  get #repeats(): boolean {
    this.#isRepeating ??=
      this.size > 1 &&
      this.strides.some((stride, axis) => stride === 0 && (this.shape[axis] as number) > 1);
    return this.#isRepeating;
  }

  /** @throws where writing to one place would change others */
  #checkWritable(): void {
    if (!this.#repeats) return;
    throw invalidArgument(
      "a view that repeats elements can only be read: each is at several places; copy() gives an array with elements of its own",
    );
  }

  #position(indices: readonly number[]): number {
    if (indices.length !== this.shape.length) {
      throw invalidArgument(
        `${indices.length} indices for an array of shape ${shapeText(this.shape)}; give ${this.shape.length}`,
      );
    }
    let at = this.offset;
    for (let axis = 0; axis < indices.length; axis++) {
      const index = resolveIndex(indices[axis] as number, this.shape[axis] as number, axis);
      at += index * (this.strides[axis] as number);
    }
    return at;
  }

  /** Of an element by its number in row-major order. */
  #positionOf(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw invalidArgument(`element ${index} of an array of ${this.size} does not exist`);
    }
    let at = this.offset;
    let rest = index;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const length = this.shape[axis] as number;
      at += (rest % length) * (this.strides[axis] as number);
      rest = Math.floor(rest / length);
    }
    return at;
  }

  *[Symbol.iterator](): Iterator<ValueOf<D>> {
    for (let index = 0; index < this.size; index++) yield this.iget(index);
  }

  toArray(): NestedValues<ValueOf<D>> {
    const nested = (axis: number, at: number): NestedValues<ValueOf<D>> =>
      axis === this.shape.length
        ? (readElement(this.data, this.dtype, at) as ValueOf<D>)
        : Array.from({ length: this.shape[axis] as number }, (_, index) =>
            nested(axis + 1, at + index * (this.strides[axis] as number)),
          );
    return nested(0, this.offset);
  }

  // --- Views and copies ---------------------------------------------------------------------------

  #seen(map: IndexMap): DenseArray<D> {
    const { shape, strides, offset } = placeView(map, this.strides, this.offset);
    return new DenseArray(this.dtype, this.data, shape, strides, offset);
  }

  slice(...entries: SelectEntry[]): NDArray<D> {
    const { map, pick, numbers } = resolveSelection(entries, this.shape);
    if (numbers) return this.#pickedNumbers(numbers);
    const seen = this.#seen(map);
    return pick ? picked(seen, pick.axis, pick.indices) : seen;
  }

  #pickedNumbers(numbers: Float64Array): NDArray<D> {
    const flat = this.reshape([this.size]) as DenseArray<D>;
    const isView = flat.data === this.data;
    return picked(
      flat,
      0,
      numbers,
      isView ? undefined : () => copyInto(this, flat.reshape(this.shape)),
    );
  }

  transpose(...axes: number[]): NDArray<D> {
    return this.#seen(permutation(normalizePermutation(axes, this.ndim), this.shape));
  }

  reshape(shape: Shape): NDArray<D> {
    const { data, offset } = packed<D>(this);
    return DenseArray.of(rowMajor(data, inferShape(shape, this.shape), this.dtype, offset));
  }

  copy(): NDArray<D> {
    return DenseArray.of(copyOf(this, this.dtype));
  }

  contiguous(): NDArray<D> {
    return isContiguous(this) ? this : this.copy();
  }

  astype<E extends DType>(dtype: E): NDArray<E> {
    return DenseArray.of(copyOf(this, checkDType(dtype) as E));
  }

  fill(value: InputOf<D>): this {
    this.#checkWritable();
    copyInto(this, scalarArray(value as Value));
    this.put?.();
    return this;
  }

  assign(source: ArraySource): this {
    this.#checkWritable();
    if (!(source instanceof DenseArray)) copyInto(this, fromSource(source));
    else copyInto(this, mayOverlap(this, source) ? source.copy() : source);
    this.put?.();
    return this;
  }

  // --- Computing ----------------------------------------------------------------------------------

  map<E extends DType>(fn: ElementFunction, options: ElementwiseOptions = {}): NDArray<E> {
    const mode = modeOf("map", options);
    return DenseArray.of(applyElementwise(fn, [this], options.dtype, mode) as Strided<E>);
  }

  protected override reduced(
    spec: ReductionSpec,
    functions: FoldFunctions,
    options?: InitOptions<unknown>,
  ): never {
    const reduced = reduceLocal(this, spec, functions, options);
    return ("value" in reduced ? reduced.value : DenseArray.of(reduced.array)) as never;
  }

  // --- Text ---------------------------------------------------------------------------------------

  override toString(options?: TextOptions): string {
    const { shape, dtype } = this;
    const at = (indices: readonly number[]): Value => this.get(...indices) as Value;
    return `${summaryOf(this)}\n${arrayText({ shape, dtype, at }, options)}`;
  }
}

/** The elements at single indices of an axis: a copy, from which what is assigned goes back to the array. */
function picked<D extends DType>(
  from: DenseArray<D>,
  axis: number,
  indices: Float64Array,
  then?: () => void,
): DenseArray<D> {
  const order = inOrder(indices.length);
  const array = DenseArray.of(empty(from.shape.with(axis, indices.length), from.dtype));
  copyPicked(array, order, from, indices, axis);
  array.put = () => {
    copyPicked(from, indices, array, order, axis);
    then?.();
  };
  return array;
}

const summaryOf = ({ shape, dtype }: Strided): string =>
  arraySummary({ name: "NDArray", shape, dtype });

printAsString(DenseArray, (array) => `[${summaryOf(array)}]`);
