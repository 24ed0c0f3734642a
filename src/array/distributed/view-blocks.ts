/**
 * The blocks of a view: parts of another array's, as they are when somebody asks. What is written to it goes to
 * that array.
 */

import type { DType } from "../../memory/dtype.ts";
import type { Task } from "../../task/task.ts";
import { BodkinError } from "../../wire/errors.ts";
import { indicesOf, numberOf } from "../flat.ts";
import { type BlockGrid, blockAt } from "../grid.ts";
import { compose, type IndexMap, mapIndices, onlyOnes } from "../index-map.ts";
import type { NDArray } from "../ndarray.ts";
import type { Shape } from "../shape.ts";
import { resolveIndices } from "../slice.ts";
import { type Blocked, blocked } from "./blocked.ts";
import { keepForAbsorbed } from "./expression.ts";
import { covers, isWhole, type Linked, linkPicked, linkReshaped, linkView } from "./links.ts";
import { type BlockStore, giveUp, type Location, type Write } from "./store.ts";
import { type BlockSource, Operation } from "./submit.ts";
import { type LinkedWrite, viewBlock, writeBlock } from "./writing-tasks.ts";

/** A slice, or the axes in another order. A view of a view is one of the array below. */
export function viewOf<D extends DType>(base: BlockStore<D>, map: IndexMap): BlockStore<D> {
  if (base instanceof MappedBlocks) return viewOf(base.base, compose(map, base.map));
  return new MappedBlocks(base, map);
}

/** The same elements in row-major order under another shape. */
export function reshapedView<D extends DType>(base: BlockStore<D>, shape: Shape): BlockStore<D> {
  const from = base.grid.shape;
  const sameAxes = onlyOnes(from, shape);
  if (sameAxes) return viewOf(base, sameAxes);
  return new ViewBlocks(base, linkReshaped(shape, base.grid), (indices) =>
    indicesOf(numberOf(resolveIndices(indices, shape), shape), from),
  );
}

/** Single indices of one axis. */
export function pickedView<D extends DType>(
  base: BlockStore<D>,
  axis: number,
  picked: ArrayLike<number>,
): BlockStore<D> {
  const linked = linkPicked(axis, picked, base.grid);
  return new ViewBlocks(base, linked, (indices) => {
    const own = resolveIndices(indices, linked.grid.shape);
    return own.with(axis, picked[own[axis] as number] as number);
  });
}

export class ViewBlocks<D extends DType> implements BlockStore<D> {
  readonly dtype: D;
  readonly base: BlockStore<D>;
  readonly #linked: Linked;
  readonly #place: (indices: readonly number[]) => readonly number[];
  /** Those of the base from which the blocks were made. */
  #of: Blocked<D>["chunks"] | undefined;
  #chunks: Blocked<D>["chunks"] = [];
  /** The tasks among the blocks that are not the base's. */
  #made: Task<NDArray>[] = [];
  #isDisposed = false;

  /** `place` finds the base's indices of an element. */
  constructor(
    base: BlockStore<D>,
    linked: Linked,
    place: (indices: readonly number[]) => readonly number[],
  ) {
    this.dtype = base.dtype;
    this.base = base;
    this.#linked = linked;
    this.#place = place;
  }

  get grid(): BlockGrid {
    return this.#linked.grid;
  }

  get chunks(): Blocked<D>["chunks"] {
    if (this.#isDisposed) throw new BodkinError("CLOSED", "this view was disposed of");
    const { chunks } = this.base;
    if (this.#of !== chunks) {
      this.#giveUp();
      this.#chunks = this.#blocksOf(chunks);
      this.#of = chunks;
    }
    return this.#chunks;
  }

  get current(): Blocked<D> {
    const { dtype, grid, chunks } = this;
    return { dtype, grid, chunks };
  }

  #blocksOf(chunks: Blocked<D>["chunks"]): Blocked<D>["chunks"] {
    const { dtype, grid } = this;
    using operation = new Operation("view");
    const own = Array.from({ length: grid.length }, (_, index) => {
      const links = this.#linked.linksOf(index);
      const [first] = links;
      if (first && isWhole(first, this.#baseShape(first.block))) {
        return chunks[first.block] as unknown as Task<NDArray>;
      }
      const { shape } = blockAt(grid, index);
      const blocks = links.map(({ block }) => chunks[block] as unknown as NDArray);
      const made = operation.submit(viewBlock, { shape, dtype, links }, ...blocks);
      this.#made.push(made);
      return made;
    });
    return Object.freeze(blocked(dtype, grid, own).chunks);
  }

  #baseShape(block: number): Shape {
    return blockAt(this.base.grid, block).shape;
  }

  get sources(): readonly Task<NDArray>[] {
    const all = Array.from({ length: this.grid.length }, (_, index) => this.sourcesOf(index));
    return [...new Set(all.flat())];
  }

  sourcesOf(index: number): readonly Task<NDArray>[] {
    return this.#linked.linksOf(index).flatMap(({ block }) => this.base.sourcesOf(block));
  }

  given(index: number): Task<NDArray> {
    return this.chunks[index] as unknown as Task<NDArray>;
  }

  locate(indices: readonly number[]): Location {
    return this.base.locate(this.#place(indices));
  }

  checkWritable(): void {
    this.base.checkWritable();
  }

  write(operation: Operation, writes: readonly Write[]): void {
    const byBlock = new Map<number, { blocks: BlockSource[]; writes: LinkedWrite[] }>();
    for (const { index, operand, blocks } of writes) {
      const { shape } = blockAt(this.grid, index);
      for (const link of this.#linked.linksOf(index)) {
        let own = byBlock.get(link.block);
        if (!own) byBlock.set(link.block, (own = { blocks: [], writes: [] }));
        own.writes.push({ link, shape, operand: renumbered(operand, own.blocks.length) });
        own.blocks.push(...blocks);
      }
    }
    const { dtype, base } = this;
    const old = base.chunks as unknown as readonly BlockSource[];
    const read = new Set([...byBlock.values()].flatMap((own) => own.blocks));
    const made = new Map<number, Task<NDArray>>();
    for (const [block, own] of byBlock) {
      const shape = this.#baseShape(block);
      const isAll = own.writes.some(({ link }) => covers(link, shape));
      const isRead = read.has(old[block] as BlockSource);
      const before = isRead ? (old[block] as BlockSource) : base.given(block);
      const task = operation.submit(
        writeBlock,
        { shape, dtype, writes: own.writes },
        isAll ? undefined : (before as BlockSource & NDArray),
        ...(own.blocks as (BlockSource & NDArray)[]),
      );
      made.set(block, task);
    }
    base.replace(operation, made);
  }

  replace(operation: Operation, made: ReadonlyMap<number, Task<NDArray>>): void {
    const writes = [...made].map(([index, task]) => ({
      index,
      operand: { block: 0 },
      blocks: [task],
    }));
    this.write(operation, writes);
    for (const task of made.values()) task.dispose();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#giveUp();
  }

  #giveUp(): void {
    keepForAbsorbed(this.#made);
    for (const task of this.#made) giveUp(task);
    this.#made = [];
    this.#of = undefined;
  }
}

/** An operand whose blocks come after `before` others. */
function renumbered(operand: LinkedWrite["operand"], before: number): LinkedWrite["operand"] {
  if ("block" in operand) return { block: operand.block + before };
  if (!("assembly" in operand)) return operand;
  const { assembly } = operand;
  const pieces = assembly.pieces.map((piece) => ({ ...piece, block: piece.block + before }));
  return { assembly: { ...assembly, pieces } };
}

/** A view that an index map describes. */
class MappedBlocks<D extends DType> extends ViewBlocks<D> {
  readonly map: IndexMap;

  constructor(base: BlockStore<D>, map: IndexMap) {
    const linked = linkView(map, base.grid);
    super(base, linked, (indices) => mapIndices(map, resolveIndices(indices, map.shape)));
    this.map = map;
  }
}
