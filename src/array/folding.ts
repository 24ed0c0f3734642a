/** How arrays are folded: distributed ones by their blocks, local ones by their elements, both in row-major order. */

import { type ChunkList, type Rewrite, registerCollection } from "../fold/chunked.ts";
import { changeElements } from "../fold/references.ts";
import type { Task } from "../task/task.ts";
import { packed } from "./copy.ts";
import { rewriteBlocks } from "./distributed/assignment.ts";
import { type BlockArray, isDArray } from "./distributed/block-array.ts";
import { writable } from "./distributed/block-tasks.ts";
import type { Blocked } from "./distributed/blocked.ts";
import { regrid } from "./distributed/creation.ts";
import { Operation } from "./distributed/submit.ts";
import { checkReal, checkValue, isComplex, type Value } from "./element.ts";
import { type BlockGrid, blocksOf, gridOfCuts } from "./grid.ts";
import { arrayOf, isNDArray, type NDArray } from "./ndarray.ts";
import { sizeOf } from "./shape.ts";
import { arrayOfValues, elementsOf } from "./strided.ts";

registerCollection({
  claims: isDArray,
  chunksOf: (array) => listOf(array as BlockArray<"f64">),
  elementsOf: (value) => (isNDArray(value) ? elementsIn(value) : undefined),
  gather: (array, lists) => {
    const values = lists.flatMap((list) => Array.from(list as ArrayLike<Value>));
    return arrayOf(arrayOfValues(values, [values.length], (array as BlockArray<"f64">).dtype));
  },
  rewrite: (array, { fn, scratch }: Rewrite) => {
    using operation = new Operation("parallelFor");
    const functions = [operation.ship(fn as never), operation.ship(scratch)];
    const made: Task<unknown>[] = [];
    rewriteBlocks((array as BlockArray<"f64">).store, operation, (block) => {
      const task = operation.submit(changeBlock as never, ...([...functions, block] as never[]));
      made.push(task);
      return task as never;
    });
    return made;
  },
  assign: (value, elements) => {
    if (!isNDArray(value)) return false;
    for (let index = 0; index < elements.length; index++)
      value.iset(index, elements[index] as never);
    return true;
  },
});

/** The elements of a local array by index. */
function elementsIn(array: NDArray): ArrayLike<unknown> {
  return array.dtype === "bool" || isComplex(array.dtype) ? [...array] : elementsOf(packed(array));
}

/** Run as a task: a block after calls with references to its elements. */
export function changeBlock(
  fn: Rewrite["fn"],
  scratch: Rewrite["scratch"],
  block: NDArray,
): NDArray {
  const made = writable(block);
  const elements = elementsIn(made) as unknown[];
  changeElements(elements, fn, scratch, isComplex(block.dtype) ? checkValue : checkReal);
  const isInPlace = ArrayBuffer.isView(elements) && elements === (elementsOf(made) as unknown);
  if (!isInPlace) {
    elements.forEach((value, index) => {
      made.iset(index, value as never);
    });
  }
  return made;
}

function listOf(array: Blocked): ChunkList {
  const { grid, chunks } = array;
  return {
    chunks,
    lengths: blocksOf(grid).map(({ shape }) => sizeOf(shape)),
    inOrder: () => {
      const ordered = rowMajorGrid(grid);
      return ordered === grid ? listOf(array) : listOf(regrid(array, ordered));
    },
  };
}

/** A grid whose blocks follow one another in row-major order, of about the same size: this one, if they do here. */
export function rowMajorGrid(grid: BlockGrid): BlockGrid {
  const { shape, cuts, counts } = grid;
  const split = counts.findLastIndex((count) => count > 1);
  const isOrdered = cuts.every(
    (places, axis) => axis >= split || places.length - 1 === shape[axis],
  );
  if (isOrdered) return grid;
  const most = Math.max(...blocksOf(grid).map((block) => sizeOf(block.shape)));
  const behind = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const axis = behind.findIndex((size) => size <= most);
  const step = Math.max(1, Math.floor(most / (behind[axis] as number)));
  return gridOfCuts(
    shape.map((length, at) => (at > axis ? [0, length] : cutsOf(length, at < axis ? 1 : step))),
  );
}

function cutsOf(length: number, step: number): number[] {
  const places = [];
  for (let at = 0; at < length; at += step) places.push(at);
  return [...places, length];
}
