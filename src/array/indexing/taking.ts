/** Elements taken by arrays of indices. What comes is a new array, not a view as `slice` gives. */

import type { Selection } from "../../fold/protocol.ts";
import { take as takeFirst } from "../../fold/transducers/taking.ts";
import { type DType, elementOf } from "../../memory/dtype.ts";
import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { output } from "../distributed/block-tasks.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { distributeOver, regrid } from "../distributed/creation.ts";
import { Operation } from "../distributed/submit.ts";
import { type BlockGrid, gridOfCuts, sameGrid } from "../grid.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { broadcastTo } from "../manipulation/axes.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import type { SelectEntry } from "../selection.ts";
import { normalizeAxis, type Shape, shapeText } from "../shape.ts";
import { resolveIndex } from "../slice.ts";
import { empty, type Strided, walk } from "../strided.ts";
import { cutsWithWholeAxis } from "../whole-axis.ts";

type Indices =
  | Exclude<SelectEntry, null | number | string | readonly unknown[]>
  | readonly number[];

/** The first elements of what is piped: a transducer. */
export function take<T>(count: number): Selection<T>;
/** The elements at indices of one axis, in their order; negative ones count from the end. */
export function take<A extends AnyArray>(
  x: A,
  indices: Indices,
  options?: { readonly axis?: number },
): Like<A>;
export function take(
  x: AnyArray | number,
  indices?: Indices,
  options: { readonly axis?: number } = {},
): unknown {
  if (typeof x === "number" || indices === undefined) return takeFirst(x as number);
  checkNames(options, ["axis"], "take");
  const { shape } = checkArray("take", x);
  if (options.axis === undefined && shape.length !== 1) {
    throw invalidArgument(
      `take of an array of shape ${shapeText(shape)} needs its axis: take(x, indices, { axis: 0 })`,
    );
  }
  const axis = normalizeAxis(options.axis ?? 0, shape.length);
  const picks = Array.isArray(indices) ? Float64Array.from(indices) : indices;
  const entries = [...new Array<null>(axis).fill(null), picks] as SelectEntry[];
  if (!isDArray(x)) return x.slice(...entries).copy();
  const view = x.slice(...entries);
  return new BlockArray(regrid(view as BlockArray<DType>, view.grid));
}

/**
 * For each element of `indices` the element of `x` that has this index along an axis, the last by default, and is at
 * the same place along the others; there the lengths must be equal, or 1 in `indices`. Of a distributed `x` a task has
 * all of that axis.
 */
export function takeAlongAxis<A extends AnyArray>(
  x: A,
  indices: AnyArray,
  options: { readonly axis?: number } = {},
): Like<A> {
  checkNames(options, ["axis"], "takeAlongAxis");
  const { shape } = checkArray("takeAlongAxis", x);
  const own = checkArray("takeAlongAxis", indices);
  const axis = normalizeAxis(options.axis ?? -1, shape.length);
  if (own.shape.length !== shape.length) {
    throw invalidArgument(
      `takeAlongAxis: indices of shape ${shapeText(own.shape)} for an array of shape ${shapeText(shape)}; give as many dimensions`,
    );
  }
  const whole = broadcastTo(own, shape.with(axis, own.shape[axis] as number)) as AnyArray;
  if (isDArray(x)) return new BlockArray(takeInBlocks(x, whole, axis)) as unknown as Like<A>;
  if (isDArray(whole)) {
    throw invalidArgument(
      "takeAlongAxis of a local array takes local indices; distribute() the array or collect() the indices",
    );
  }
  return arrayOf(taken(x as NDArray, whole, axis, empty(whole.shape, x.dtype))) as Like<A>;
}

function takeInBlocks(x: Blocked, indices: AnyArray, axis: number): Blocked {
  const cuts = cutsWithWholeAxis(x.grid, axis);
  const along = (length: number): BlockGrid =>
    gridOfCuts(cuts.with(axis, length === 0 ? [0] : [0, length]));
  const [from, grid] = [
    along(x.grid.shape[axis] as number),
    along(shapeOf(indices)[axis] as number),
  ];
  using kept = new DisposableStack();
  const source = aligned(x, from, kept);
  const places = aligned(isDArray(indices) ? indices : distributeOver(indices, grid), grid, kept);
  using operation = new Operation("takeAlongAxis");
  if (from.length === 0 && grid.length > 0) {
    throw invalidArgument("takeAlongAxis: the array has no elements to take");
  }
  const chunks = Array.from({ length: grid.length }, (_, index) =>
    operation.submit(
      takeBlock,
      source.chunks[index] as Task<NDArray>,
      places.chunks[index] as Task<NDArray>,
      axis,
    ),
  );
  return blocked(x.dtype, grid, chunks);
}

const shapeOf = (array: AnyArray): Shape => array.shape;

function aligned(array: Blocked, grid: BlockGrid, kept: DisposableStack): Blocked {
  if (sameGrid(array.grid, grid)) return array;
  const cut = regrid(array, grid);
  for (const chunk of cut.chunks) kept.defer(() => chunk.dispose());
  return cut;
}

/** Run as a task. */
export function takeBlock(block: NDArray, indices: NDArray, axis: number): NDArray {
  return arrayOf(taken(block, indices, axis, output(indices.shape, block.dtype)));
}

function taken(x: Strided, indices: Strided, axis: number, made: Strided): Strided {
  const others = (of: readonly number[]): number[] => of.filter((_, at) => at !== axis);
  const arrays = [made, indices, x];
  const [step, indexStep, from] = arrays.map(({ strides }) => strides[axis]) as unknown as Three;
  const at = arrays.map(({ offset }) => offset);
  const nest = {
    shape: others(made.shape),
    strides: arrays.map(({ strides }) => others(strides)),
  };
  const [count, length] = [made.shape[axis] as number, x.shape[axis] as number];
  const { lanes } = elementOf(x.dtype);
  walk(nest, at, () => {
    const [target, place, source] = at as unknown as Three;
    for (let k = 0; k < count; k++) {
      const index = resolveIndex(indices.data[place + k * indexStep] as number, length, axis);
      for (let lane = 0; lane < lanes; lane++) {
        made.data[target + k * step + lane] = x.data[source + index * from + lane] as number;
      }
    }
  });
  return made;
}

type Three = readonly [number, number, number];
