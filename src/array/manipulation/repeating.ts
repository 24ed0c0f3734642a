/** Elements repeated where they are. */

import { elementOf } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { packed } from "../copy.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { output } from "../distributed/block-tasks.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { Operation } from "../distributed/submit.ts";
import { blocksOf, gridOfCuts } from "../grid.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { normalizeAxis, sizeOf } from "../shape.ts";
import { elementsOf, empty, type Strided } from "../strided.ts";
import { flattened } from "./axes.ts";

/** Of each place along the axis, or of all alike. */
type Repeats = number | Float64Array;

/**
 * Each element `repeats` times along an axis; without one, of the array flattened. `repeats` may be a list with one count for each
 * place. Blocks grow by what is repeated.
 */
export function repeat<A extends AnyArray>(
  x: A,
  repeats: number | ArrayLike<number> | NDArray,
  options: { readonly axis?: number } = {},
): Like<A> {
  checkNames(options, ["axis"], "repeat");
  checkArray("repeat", x);
  const array = (options.axis === undefined ? flattened(x) : x) as AnyArray;
  const axis = normalizeAxis(options.axis ?? 0, array.shape.length);
  const counts = countsOf(repeats, array.shape[axis] as number);
  if (isDArray(array))
    return new BlockArray(repeatBlocks(array, axis, counts)) as AnyArray as Like<A>;
  const made = empty(repeatedShape(array as NDArray, axis, counts), array.dtype);
  repeatInto(made, array as NDArray, axis, counts);
  return arrayOf(made) as Like<A>;
}

function countsOf(repeats: unknown, length: number): Repeats {
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && Number(count) >= 0;
  if (isCount(repeats)) return repeats as number;
  const list = isNDArray(repeats)
    ? [...repeats]
    : Array.from(Object(repeats) as ArrayLike<unknown>);
  if (list.length === length && list.every(isCount)) return Float64Array.from(list as number[]);
  throw invalidArgument(
    `repeat takes an integer from 0, or a list of ${length}, one for each place along the axis; got ${String(repeats).slice(0, 60)}`,
  );
}

const countIn = (counts: Repeats, from: number, to: number): number =>
  typeof counts === "number"
    ? counts * (to - from)
    : counts.subarray(from, to).reduce((sum, count) => sum + count, 0);

const repeatedShape = ({ shape }: Strided, axis: number, counts: Repeats): number[] =>
  shape.with(axis, countIn(counts, 0, shape[axis] as number)) as number[];

function repeatBlocks(array: Blocked, axis: number, counts: Repeats): Blocked {
  const { grid } = array;
  const own = grid.cuts[axis] as readonly number[];
  // Places that nothing is left of are no pieces of the result.
  const pieces = own
    .slice(1)
    .map((end, piece) => ({ piece, count: countIn(counts, own[piece] as number, end) }))
    .filter(({ count }) => count > 0);
  let end = 0;
  const cuts = [0, ...pieces.map(({ count }) => (end += count))];
  const result = gridOfCuts(grid.cuts.with(axis, cuts));
  using operation = new Operation("repeat");
  const shared = pieces.map(({ piece }) =>
    typeof counts === "number" ? counts : operation.share(counts.slice(own[piece], own[piece + 1])),
  );
  const chunks = blocksOf(result).map(({ position }) => {
    const at = position[axis] as number;
    const from = position.with(axis, pieces[at]?.piece as number);
    const index = from.reduce((sum, place, k) => sum * (grid.counts[k] as number) + place, 0);
    return operation.submit(
      repeatBlock,
      array.chunks[index] as NonNullable<(typeof array.chunks)[number]>,
      axis,
      shared[at] as Repeats,
    );
  });
  return blocked(array.dtype, result, chunks);
}

/** A block whose places along an axis are repeated. */
export function repeatBlock(block: NDArray, axis: number, counts: Repeats): NDArray {
  const made = output(repeatedShape(block, axis, counts), block.dtype);
  repeatInto(made, block, axis, counts);
  return arrayOf(made);
}

function repeatInto(target: Strided, source: Strided, axis: number, counts: Repeats): void {
  const { shape, dtype } = source;
  const from = elementsOf(packed(source));
  const to = target.data;
  const places = shape[axis] as number;
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1)) * elementOf(dtype).lanes;
  let at = target.offset;
  for (let row = 0; row < outer * places; row++) {
    const count = typeof counts === "number" ? counts : (counts[row % places] as number);
    if (count === 0) continue;
    const end = at + count * inner;
    if (inner === 1) to.fill(from[row] as number, at, end);
    else {
      for (let k = 0; k < inner; k++) to[at + k] = from[row * inner + k] as number;
      for (let next = at + inner; next < end; next += inner) to.copyWithin(next, at, at + inner);
    }
    at = end;
  }
}
