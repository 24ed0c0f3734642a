/** The class behind `DArray`. */

import type { DType } from "../../memory/dtype.ts";
import { printAsString } from "../../platform/inspect.ts";
import type { TextOptions } from "../../show/array-text.ts";
import type { Task } from "../../task/task.ts";
import { waitAll } from "../../task/wait.ts";
import type { Partitioning } from "../blocks.ts";
import { checkDType, type InputOf, type ValueOf } from "../element.ts";
import type { ElementwiseOptions } from "../elementwise/operand-types.ts";
import { type ElementFunction, resultType } from "../elementwise/result-type.ts";
import type { BlockGrid } from "../grid.ts";
import type { InitOptions, NDArray, SpreadOptions } from "../ndarray.ts";
import type { Join } from "../reductions/fold.ts";
import type { ReductionName } from "../reductions/named.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Blocked } from "./blocked.ts";
import { rechunk } from "./creation.ts";
import type { DArray, WaitOptions } from "./darray.ts";
import { applyToBlocks, convertBlocks } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { reduceBlocks } from "./reduce.ts";
import type { FoldFunctions, ReductionSpec } from "./reduction-tasks.ts";
import { textOf } from "./text.ts";

export class BlockArray<D extends DType> implements DArray<D> {
  readonly dtype: D;
  readonly grid: BlockGrid;
  readonly chunks: readonly Task<NDArray<D>>[];

  constructor({ dtype, grid, chunks }: Blocked<D>) {
    this.dtype = dtype;
    this.grid = grid;
    this.chunks = Object.freeze([...chunks]);
  }

  get shape(): Shape {
    return this.grid.shape;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get ndim(): number {
    return this.shape.length;
  }

  get isReady(): boolean {
    return this.chunks.every((chunk) => chunk.isReady);
  }

  async wait(options?: WaitOptions): Promise<void> {
    await waitAll(this.chunks, options);
  }

  collect(options?: WaitOptions): Promise<NDArray<D>> {
    return gather(this, options);
  }

  dispose(): void {
    for (const chunk of this.chunks) chunk.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // --- Computing ----------------------------------------------------------------------------------

  map<E extends DType>(fn: ElementFunction, options: ElementwiseOptions = {}): DArray<E> {
    const { dtype } = options;
    const mapped = applyToBlocks("map", fn, [this], dtype && checkDType(dtype));
    return new BlockArray(mapped as Blocked<E>);
  }

  astype<E extends DType>(dtype: E): DArray<E> {
    return new BlockArray(convertBlocks(this, checkDType(dtype) as E));
  }

  rechunk(partitioning: Partitioning): DArray<D> {
    return new BlockArray(rechunk(this, partitioning));
  }

  // What a reduction gives follows from its options; the interface says how.

  sum(options?: InitOptions<InputOf<D>>): never {
    return this.#named("sum", options);
  }

  prod(options?: InitOptions<InputOf<D>>): never {
    return this.#named("prod", options);
  }

  min(options?: InitOptions<InputOf<D>>): never {
    return this.#named("min", options);
  }

  max(options?: InitOptions<InputOf<D>>): never {
    return this.#named("max", options);
  }

  mean(options?: SpreadOptions): never {
    return this.#named("mean", options);
  }

  var(options?: SpreadOptions): never {
    return this.#named("var", options);
  }

  std(options?: SpreadOptions): never {
    return this.#named("std", options);
  }

  any(options?: InitOptions<InputOf<D> | boolean>): never {
    return this.#named("any", options);
  }

  all(options?: InitOptions<InputOf<D> | boolean>): never {
    return this.#named("all", options);
  }

  norm(options?: SpreadOptions): never {
    return this.#named("norm", options);
  }

  reduce(join: Join, options?: InitOptions<ValueOf<D>>): never {
    return this.#fold({ join }, this.dtype, options);
  }

  mapReduce(fn: ElementFunction, join: Join, options?: InitOptions<unknown>): never {
    return this.#fold({ join, map: fn }, resultType(fn, [this.dtype]), options);
  }

  #named(name: ReductionName, options?: InitOptions<InputOf<D> | boolean> & SpreadOptions): never {
    return this.#reduce({ name, input: this.dtype, ddof: options?.ddof }, {}, options);
  }

  #fold(
    functions: { readonly join: Join; readonly map?: ElementFunction },
    dtype: DType,
    options?: InitOptions<unknown>,
  ): never {
    return this.#reduce({ name: "fold", input: this.dtype, dtype }, functions, options);
  }

  #reduce(spec: ReductionSpec, functions: FoldFunctions, options?: InitOptions<unknown>): never {
    const reduced = reduceBlocks(this, spec, functions, options);
    return (reduced instanceof Promise ? reduced : new BlockArray(reduced)) as never;
  }

  toString(options?: TextOptions): string {
    return textOf(this, options);
  }
}

printAsString(BlockArray);

export const isDArray = (value: unknown): value is DArray => value instanceof BlockArray;
