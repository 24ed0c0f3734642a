/**
 * An n-dimensional array in blocks, each of which is the result of a task, on whichever worker made it. Made by
 * creation functions with `Blocks`, by `distribute`, and of other distributed arrays.
 */

import type { Pipe } from "../../fold/pipe.ts";
import type { DType } from "../../memory/dtype.ts";
import type { TextOptions } from "../../show/array-text.ts";
import type { FetchOptions, Task } from "../../task/task.ts";
import type { Partitioning } from "../blocks.ts";
import type { InputOf, ValueOf } from "../element.ts";
import type { ElementwiseOptions } from "../elementwise/operand-types.ts";
import type { ResultOf } from "../elementwise/result-type.ts";
import type { ArraySource } from "../from-source.ts";
import type { BlockGrid } from "../grid.ts";
import type {
  Along,
  InitOptions,
  NDArray,
  ReduceOptions,
  SpreadOptions,
  Whole,
} from "../ndarray.ts";
import type { RealOf, SumOf } from "../promotion.ts";
import type { SelectEntry } from "../selection.ts";
import type { Shape } from "../shape.ts";
import type { SliceEntry } from "../slice.ts";

export type WaitOptions = Pick<FetchOptions, "signal">;

/** Its tasks are submitted by the call that makes it; nothing is waited for until somebody asks for values. */
export interface DArray<D extends DType = DType> extends Disposable {
  readonly dtype: D;
  readonly shape: Shape;
  /** Number of elements. */
  readonly size: number;
  /** Number of dimensions. */
  readonly ndim: number;
  /** Where it is cut. */
  readonly grid: BlockGrid;
  /**
   * The task of each block, in row-major order of the grid. As an argument of a task it is the block. A write puts
   * other tasks in their place and gives up the old ones.
   */
  readonly chunks: readonly Task<NDArray<D>>[];
  /** Whether all blocks are done, or have failed. */
  readonly isReady: boolean;

  /** Waits until all blocks are done. Never throws their errors. */
  wait(options?: WaitOptions): Promise<void>;
  /** All blocks together as a local array of your own. @throws TaskFailedError if making a block failed */
  collect(options?: WaitOptions): Promise<NDArray<D>>;
  /** How its blocks are made: the operations of its tasks, their loops, and why no others. Computes nothing. */
  explain(): string;
  /** Gives the blocks up; tasks that have them as arguments keep them. Otherwise that happens when it is collected. */
  dispose(): void;

  /** The element at these indices, one an axis; negative ones count from the end. @throws where there is none */
  get(...indices: number[]): Promise<ValueOf<D>>;
  /** Sets the element at these indices: `await array.set(i, j, value)`. What is read after the call has it. */
  set(...indicesAndValue: [...indices: number[], value: InputOf<D>]): Promise<void>;
  /**
   * A view of a part, with entries as `NDArray.slice` has them: it has the elements that this array has when the view
   * is used, and what is assigned to it is assigned to this array.
   */
  slice(...entries: SelectEntry[]): DArray<D>;
  /** As `slice`, with ranges, single indices, `"..."` and `"newaxis"` alone. */
  view(...entries: SliceEntry[]): DArray<D>;
  /** A view with the axes in another order; without arguments in reverse. */
  transpose(...axes: number[]): DArray<D>;
  /**
   * A view of the elements in row-major order under another shape; one length may be −1. It has blocks of about the
   * same size, each a run of elements.
   */
  reshape(shape: Shape): DArray<D>;
  /**
   * Sets the elements to those of what broadcasts to this shape, as they are at the call. What was submitted before
   * has the old elements, what comes after the new ones.
   */
  assign(source: DArray | ArraySource): this;

  /** Puts transducers behind its elements, in row-major order: `array.pipe(filter(x => x < 0.5))`. */
  readonly pipe: Pipe<ValueOf<D>, NDArray<D>>;
  /** The function of each element; see `NDArray.map`. One task a block. */
  map<R>(fn: (value: ValueOf<D>) => R): DArray<ResultOf<D, R>>;
  map<R, E extends DType = ResultOf<D, R>>(
    fn: (value: ValueOf<D>) => R,
    options: ElementwiseOptions<E>,
  ): DArray<E>;
  /** A copy with another dtype. */
  astype<E extends DType>(dtype: E): DArray<E>;
  /** A copy that is cut otherwise. */
  rechunk(partitioning: Partitioning): DArray<D>;

  sum(options: InitOptions<InputOf<D>> & Along): DArray<SumOf<D>>;
  sum(options?: InitOptions<InputOf<D>> & Whole): Promise<ValueOf<SumOf<D>>>;
  prod(options: InitOptions<InputOf<D>> & Along): DArray<SumOf<D>>;
  prod(options?: InitOptions<InputOf<D>> & Whole): Promise<ValueOf<SumOf<D>>>;
  /** NaN where any element is. @throws where there is none and no `init`. */
  min(options: InitOptions<InputOf<D>> & Along): DArray<D>;
  min(options?: InitOptions<InputOf<D>> & Whole): Promise<ValueOf<D>>;
  max(options: InitOptions<InputOf<D>> & Along): DArray<D>;
  max(options?: InitOptions<InputOf<D>> & Whole): Promise<ValueOf<D>>;
  mean(options: ReduceOptions & Along): DArray<SumOf<D>>;
  mean(options?: ReduceOptions & Whole): Promise<ValueOf<SumOf<D>>>;
  var(options: SpreadOptions & Along): DArray<RealOf<SumOf<D>>>;
  var(options?: SpreadOptions & Whole): Promise<number>;
  std(options: SpreadOptions & Along): DArray<RealOf<SumOf<D>>>;
  std(options?: SpreadOptions & Whole): Promise<number>;
  any(options: InitOptions<InputOf<D> | boolean> & Along): DArray<"bool">;
  any(options?: InitOptions<InputOf<D> | boolean> & Whole): Promise<boolean>;
  all(options: InitOptions<InputOf<D> | boolean> & Along): DArray<"bool">;
  all(options?: InitOptions<InputOf<D> | boolean> & Whole): Promise<boolean>;
  norm(options: ReduceOptions & Along): DArray<RealOf<SumOf<D>>>;
  norm(options?: ReduceOptions & Whole): Promise<number>;

  /** Joins all elements to one with an associative function. */
  reduce(
    join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
    options: InitOptions<ValueOf<D>> & Along,
  ): DArray<D>;
  reduce(
    join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
    options?: InitOptions<ValueOf<D>> & Whole,
  ): Promise<ValueOf<D>>;
  /** Joins what `fn` makes of the elements. */
  mapReduce<R>(
    fn: (value: ValueOf<D>) => R,
    join: (a: R, b: R) => R,
    options: InitOptions<R> & Along,
  ): DArray<ResultOf<D, R>>;
  mapReduce<R>(
    fn: (value: ValueOf<D>) => R,
    join: (a: R, b: R) => R,
    options?: InitOptions<R> & Whole,
  ): Promise<R>;

  /** A line that says what it is and how it is cut, then what is here of its elements. */
  toString(options?: TextOptions): string;
}
