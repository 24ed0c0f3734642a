/** The class behind `DArray`. */

import { type Pipe, pipe } from "../../fold/pipe.ts";
import type { DType } from "../../memory/dtype.ts";
import { printAsString } from "../../platform/inspect.ts";
import type { TextOptions } from "../../show/array-text.ts";
import { arraySummary } from "../../show/summary.ts";
import { type CollectionView, placeOfChunk, showCollection } from "../../task/collections.ts";
import { submitPostponed } from "../../task/postponed.ts";
import type { Task } from "../../task/task.ts";
import { waitAll } from "../../task/wait.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Partitioning } from "../blocks.ts";
import { checkDType, type InputOf, type ValueOf } from "../element.ts";
import { modeOf } from "../elementwise/mode.ts";
import type { ElementwiseOptions } from "../elementwise/operand-types.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import type { ArraySource } from "../from-source.ts";
import { type BlockGrid, blockShape } from "../grid.ts";
import { permutation, sliceMap } from "../index-map.ts";
import type { InitOptions, NDArray } from "../ndarray.ts";
import { Reducible } from "../reductions/reducible.ts";
import type { FoldFunctions, ReductionSpec } from "../reductions/spec.ts";
import { resolveSelection, type SelectEntry } from "../selection.ts";
import { inferShape, normalizePermutation, type Shape, sizeOf } from "../shape.ts";
import type { SliceEntry } from "../slice.ts";
import { assignBlocks, readElement, writeElement } from "./assignment.ts";
import type { Blocked } from "./blocked.ts";
import { rechunk } from "./creation.ts";
import type { DArray, WaitOptions } from "./darray.ts";
import { applyToBlocks, convertBlocks } from "./elementwise.ts";
import { explanationOf } from "./explain.ts";
import { checkCollecting, gather } from "./gather.ts";
import { reduceBlocks } from "./reduce.ts";
import { checkScalar } from "./scalar-access.ts";
import { type BlockStore, OwnBlocks } from "./store.ts";
import { textOf } from "./text.ts";
import { pickedView, reshapedView, viewOf } from "./view-blocks.ts";

export class BlockArray<D extends DType> extends Reducible<D> implements DArray<D> {
  override readonly dtype: D;
  readonly grid: BlockGrid;
  readonly store: BlockStore<D>;

  constructor(blocks: Blocked<D> | BlockStore<D>) {
    super();
    this.dtype = blocks.dtype;
    this.grid = blocks.grid;
    this.store = "replace" in blocks ? blocks : new OwnBlocks(blocks);
    if (this.store instanceof OwnBlocks) showCollection(this, viewOfBlocks);
  }

  get chunks(): readonly Task<NDArray<D>>[] {
    return this.store.chunks;
  }

  get current(): Blocked<D> {
    return this.store.current;
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
    return this.store.sources.every((chunk) => chunk.isReady);
  }

  async wait(options: WaitOptions = {}): Promise<void> {
    checkNames(options, ["signal"], "wait()");
    await waitAll(this.store.sources, options);
  }

  async collect(options: WaitOptions = {}): Promise<NDArray<D>> {
    checkCollecting(options);
    return gather(this, options);
  }

  dispose(): void {
    // What was called before gets its blocks.
    submitPostponed();
    this.store.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // --- Elements and parts --------------------------------------------------------------------------

  get(...indices: number[]): Promise<ValueOf<D>> {
    checkScalar("get");
    return readElement(this.store, indices) as Promise<ValueOf<D>>;
  }

  set(...indicesAndValue: [...indices: number[], value: InputOf<D>]): Promise<void> {
    checkScalar("set");
    const indices = indicesAndValue.slice(0, -1) as number[];
    return writeElement(this.store, indices, indicesAndValue.at(-1));
  }

  slice(...entries: SelectEntry[]): DArray<D> {
    const { map, pick, numbers } = resolveSelection(entries, this.shape);
    if (numbers) {
      return new BlockArray(pickedView(reshapedView(this.store, [this.size]), 0, numbers));
    }
    const seen = viewOf(this.store, map);
    return new BlockArray(pick ? pickedView(seen, pick.axis, pick.indices) : seen);
  }

  view(...entries: SliceEntry[]): DArray<D> {
    return new BlockArray(viewOf(this.store, sliceMap(entries, this.shape)));
  }

  reshape(shape: Shape): DArray<D> {
    return new BlockArray(reshapedView(this.store, inferShape(shape, this.shape)));
  }

  transpose(...axes: number[]): DArray<D> {
    const order = normalizePermutation(axes, this.ndim);
    return new BlockArray(viewOf(this.store, permutation(order, this.shape)));
  }

  assign(source: DArray | ArraySource): this {
    assignBlocks(this.store, source);
    return this;
  }

  get pipe(): Pipe<ValueOf<D>, NDArray<D>> {
    return pipe<ValueOf<D>, NDArray<D>>(this).pipe;
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

  explain(): string {
    return explanationOf(this.store);
  }

  override toString(options?: TextOptions): string {
    return textOf(this.store, options);
  }
}

printAsString(BlockArray);

const viewOfBlocks = ({ store, grid, dtype }: BlockArray<DType>): CollectionView => ({
  text: arraySummary({
    name: "DArray",
    shape: grid.shape,
    dtype,
    blocks: { counts: grid.counts, ...blockShape(grid) },
  }),
  grid: grid.counts,
  chunks: store.sources.map(placeOfChunk),
});

export const isDArray = (value: unknown): value is DArray => value instanceof BlockArray;
