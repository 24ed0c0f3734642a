/** How local arrays go into the heap and come out of it: as chunks with dtype and shape, and as views of those. */

import { type DType, elementOf } from "../memory/dtype.ts";
import type { PinnedMemory } from "../runtime/pinned.ts";
import { registerArrays } from "../runtime/values.ts";
import { packed } from "./copy.ts";
import { DenseArray } from "./dense-array.ts";
import { allocate, type DataOf } from "./element.ts";
import { arrayOf } from "./ndarray.ts";
import { rowMajorStrides, type Shape } from "./shape.ts";
import { elementsOf, rowMajor, type Strided } from "./strided.ts";

/** An array whose elements stay in the heap. It can be used until it is disposed of. */
export class PinnedArray extends DenseArray<DType> implements Disposable {
  readonly #memory: PinnedMemory;

  constructor(memory: PinnedMemory, shape: Shape, dtype: DType) {
    const { lanes } = elementOf(dtype);
    super(dtype, allocate(dtype, 0), shape, rowMajorStrides(shape, lanes), 0);
    this.#memory = memory;
    // Not held here: a typed array that nobody else holds lets go of its memory.
    Object.defineProperty(this, "data", { get: () => memory.data as DataOf<DType> });
  }

  /** Calls a function with the elements, of which it keeps nothing: they end with this array. */
  read(use: (elements: Strided) => void): void {
    this.#memory.read((data) => use(rowMajor(data as Strided["data"], this.shape, this.dtype)));
  }

  dispose(): void {
    this.#memory.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

registerArrays({
  isArray: (value) => value instanceof DenseArray,
  parts: (value) => {
    const own = packed(value as DenseArray<DType>);
    return { data: elementsOf(own), shape: own.shape, element: own.dtype };
  },
  outline: (value) => {
    const { shape, dtype } = value as DenseArray<DType>;
    return { shape, element: dtype };
  },
  make: (data, shape, element) =>
    arrayOf(rowMajor(data as Strided["data"], shape, element as DType)),
  assign: (target, source) => {
    (target as DenseArray<DType>).assign(source as DenseArray<DType>);
  },
  pin: (memory, shape, element) => new PinnedArray(memory, shape, element as DType),
});
