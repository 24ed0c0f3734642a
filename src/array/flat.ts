/** Elements by their number in row-major order: runs of them as boxes, and grids whose blocks are such runs. */

import { type BlockGrid, gridOfCuts, type Region } from "./grid.ts";
import { rowMajorStrides, type Shape, sizeOf } from "./shape.ts";

/** Neighbouring elements that form a box; `at` counts the elements of the run before them. */
export interface Box extends Region {
  readonly at: number;
}

/** Elements `first` up to before `end` of an array, in as few boxes as there can be. */
export function boxesOf(shape: Shape, first: number, end: number): Box[] {
  const strides = rowMajorStrides(shape);
  const boxes: Box[] = [];
  const push = (path: readonly number[], row: number, rows: number): void => {
    const rest = shape.slice(path.length + 1);
    const start = [...path, row, ...rest.map(() => 0)];
    boxes.push({
      at: numberOf(start, shape) - first,
      start,
      shape: [...path.map(() => 1), rows, ...rest],
    });
  };
  // Of the part at `path`, elements `from` up to before `to`.
  const add = (path: readonly number[], from: number, to: number): void => {
    const own = strides[path.length] as number;
    const row = Math.floor(from / own);
    if (to - from < own && to <= (row + 1) * own) {
      add([...path, row], from - row * own, to - row * own);
      return;
    }
    const [head, tail] = [Math.ceil(from / own), Math.floor(to / own)];
    if (head > row) add([...path, row], from - row * own, own);
    if (head < tail) push(path, head, tail - head);
    if (to > tail * own) add([...path, tail], 0, to - tail * own);
  };
  if (first >= end) return boxes;
  if (shape.length === 0) boxes.push({ at: 0, start: [], shape: [] });
  else add([], first, end);
  return boxes;
}

/** A grid of an array of this shape whose blocks are runs of at most `most` elements. */
export function gridOfRuns(shape: Shape, most: number): BlockGrid {
  const strides = rowMajorStrides(shape);
  const isEmpty = sizeOf(shape) === 0;
  let isCut = false;
  return gridOfCuts(
    shape.map((length, axis) => {
      if (length === 0) return [0];
      const step =
        isEmpty || isCut ? length : Math.max(1, Math.floor(most / (strides[axis] as number)));
      if (step > 1) isCut = true;
      const places = Array.from({ length: Math.ceil(length / step) }, (_, at) => at * step);
      return [...places, length];
    }),
  );
}

/** The number of an element. */
export const numberOf = (indices: readonly number[], shape: Shape): number =>
  indices.reduce((number, index, axis) => number * (shape[axis] as number) + index, 0);

/** The indices of element `number`. */
export function indicesOf(number: number, shape: Shape): number[] {
  const indices = new Array<number>(shape.length);
  let rest = number;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    indices[axis] = rest % (shape[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
  }
  return indices;
}
