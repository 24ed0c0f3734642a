/** The class behind `DArray`. */

import type { DType } from "../../memory/dtype.ts";
import { printAsString } from "../../platform/inspect.ts";
import type { TextOptions } from "../../show/array-text.ts";
import type { Task } from "../../task/task.ts";
import { waitAll } from "../../task/wait.ts";
import type { Partitioning } from "../blocks.ts";
import { checkDType } from "../element.ts";
import { modeOf } from "../elementwise/mode.ts";
import type { ElementwiseOptions } from "../elementwise/operand-types.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import type { BlockGrid } from "../grid.ts";
import type { InitOptions, NDArray } from "../ndarray.ts";
import { Reducible } from "../reductions/reducible.ts";
import type { FoldFunctions, ReductionSpec } from "../reductions/spec.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Blocked } from "./blocked.ts";
import { rechunk } from "./creation.ts";
import type { DArray, WaitOptions } from "./darray.ts";
import { applyToBlocks, convertBlocks } from "./elementwise.ts";
import { gather } from "./gather.ts";
import { reduceBlocks } from "./reduce.ts";
import { textOf } from "./text.ts";

export class BlockArray<D extends DType> extends Reducible<D> implements DArray<D> {
  override readonly dtype: D;
  readonly grid: BlockGrid;
  readonly chunks: readonly Task<NDArray<D>>[];

  constructor({ dtype, grid, chunks }: Blocked<D>) {
    super();
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
    const mapped = applyToBlocks("map", fn, [this], options.dtype, modeOf("map", options));
    return new BlockArray(mapped as Blocked<E>);
  }

  astype<E extends DType>(dtype: E): DArray<E> {
    return new BlockArray(convertBlocks(this, checkDType(dtype) as E));
  }

  rechunk(partitioning: Partitioning): DArray<D> {
    return new BlockArray(rechunk(this, partitioning));
  }

  protected override reduced(
    spec: ReductionSpec,
    functions: FoldFunctions,
    options?: InitOptions<unknown>,
  ): never {
    const reduced = reduceBlocks(this, spec, functions, options);
    return (reduced instanceof Promise ? reduced : new BlockArray(reduced)) as never;
  }

  override toString(options?: TextOptions): string {
    return textOf(this, options);
  }
}

printAsString(BlockArray);

export const isDArray = (value: unknown): value is DArray => value instanceof BlockArray;
