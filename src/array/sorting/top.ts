/** The first elements in the order of a line, without sorting it as a whole where it is in several blocks. */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import type { Task } from "../../task/task.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import type { Operation } from "../distributed/submit.ts";
import { blockAt, blockIndex, gridOfCuts } from "../grid.ts";
import { concat } from "../manipulation/joining.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { empty, rowMajor } from "../strided.ts";
import { argsortInto } from "./local.ts";

export interface Top {
  readonly values: NDArray;
  /** Positions along the axis, in the whole line. */
  readonly indices: NDArray<"i32">;
}

/** Lists that one task brings together. */
const FAN_IN = 8;

/** `positions` are those of the elements, where they are not 0, 1, … */
export function topOf(
  array: NDArray,
  positions: NDArray<"i32"> | undefined,
  k: number,
  axis: number,
  largest: boolean,
): Top {
  const order = empty(array.shape, "i32");
  argsortInto(order, array, axis, largest);
  const taken = array.shape.map((length, at): [number, number] => [
    0,
    at === axis ? Math.min(k, length) : length,
  ]);
  const first = arrayOf(order)
    .slice(...taken)
    .copy();
  const values = takeAlong(array, first, axis);
  return { values, indices: positions ? takeAlong(positions, first, axis) : first };
}

/** The elements at positions along an axis, which are given for each index of the other axes. */
function takeAlong<D extends DType>(
  array: NDArray<D>,
  positions: NDArray,
  axis: number,
): NDArray<D> {
  const made = empty(positions.shape, array.dtype);
  const result = arrayOf(made);
  const inner = sizeOf(positions.shape.slice(axis + 1));
  const length = positions.shape[axis] as number;
  for (let index = 0; index < positions.size; index++) {
    const outer = Math.floor(index / (inner * length));
    const from = (outer * (array.shape[axis] as number) + Number(positions.iget(index))) * inner;
    result.iset(index, array.iget(from + (index % inner)) as never);
  }
  return result;
}

export function topBlocks(
  operation: Operation,
  { grid, dtype, chunks }: Blocked,
  k: number,
  axis: number,
  largest: boolean,
): { readonly values: Blocked; readonly indices: Blocked } {
  const result = gridOfCuts(grid.cuts.with(axis, k === 0 ? [0] : [0, k]));
  const [values, indices]: [Task<NDArray>[], Task<NDArray>[]] = [[], []];
  for (let index = 0; index < result.length; index++) {
    const { position } = blockAt(result, index);
    let tops = Array.from({ length: grid.counts[axis] as number }, (_, at) => {
      const chunk = chunks[blockIndex(grid, position.with(axis, at))] as Task<NDArray>;
      const start = grid.cuts[axis]?.[at] as number;
      return operation.submit(topOfBlock, chunk, start, k, axis, largest);
    });
    do {
      const groups: Task<PlainTop>[] = [];
      for (let at = 0; at < tops.length; at += FAN_IN) {
        groups.push(operation.submit(topOfTops, k, axis, largest, ...tops.slice(at, at + FAN_IN)));
      }
      for (const own of tops) own.dispose();
      tops = groups;
    } while (tops.length > 1);
    const top = tops[0] as Task<PlainTop>;
    values.push(operation.submit(valuesOfTop, top));
    indices.push(operation.submit(indicesOfTop, top));
    top.dispose();
  }
  return { values: blocked(dtype, result, values), indices: blocked("i32", result, indices) };
}

export function topOfBlock(
  block: NDArray,
  start: number,
  k: number,
  axis: number,
  largest: boolean,
): PlainTop {
  const { values, indices } = topOf(block, undefined, k, axis, largest);
  return plainTop(values, indices.data.map((place) => place + start) as Int32Array);
}

export function topOfTops(
  k: number,
  axis: number,
  largest: boolean,
  ...tops: PlainTop[]
): PlainTop {
  if (tops.length === 1) return tops[0] as PlainTop;
  const values = concat(tops.map(valuesOfTop), { axis });
  const positions = concat(tops.map(indicesOfTop), { axis });
  const top = topOf(values, positions, k, axis, largest);
  return plainTop(top.values, top.indices.data as Int32Array);
}

/** As it travels between tasks; elements in row-major order. */
interface PlainTop {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
  readonly positions: Int32Array;
}

const plainTop = (values: NDArray, positions: Int32Array): PlainTop => ({
  shape: values.shape,
  dtype: values.dtype,
  data: values.data,
  positions,
});

export const valuesOfTop = ({ shape, dtype, data }: PlainTop): NDArray =>
  arrayOf(rowMajor(data as NDArray["data"], shape, dtype));

export const indicesOfTop = ({ shape, positions }: PlainTop): NDArray<"i32"> =>
  arrayOf(rowMajor(positions, shape, "i32"));
