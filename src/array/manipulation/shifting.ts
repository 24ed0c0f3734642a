/** Elements shifted along axes, and whole arrays repeated. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { BlockGrid } from "../grid.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import type { NDArray } from "../ndarray.ts";
import { normalizeAxis } from "../shape.ts";
import { flattened } from "./axes.ts";
import { rearrange } from "./rearrange.ts";
import { allOf, type Layer, type Run } from "./rearrangement.ts";

/**
 * Moves elements by `shift` places along an axis; what falls off one end comes in at the other. Several axes take one shift or
 * one each; without an axis the elements move in row-major order. Blocks stay as they are cut.
 */
export function roll<A extends AnyArray>(
  x: A,
  shift: number | readonly number[],
  options: { readonly axis?: number | readonly number[] } = {},
): Like<A> {
  checkNames(options, ["axis"], "roll");
  const { shape } = checkArray("roll", x);
  const shifts = [shift].flat();
  if (!shifts.every(Number.isSafeInteger)) {
    throw invalidArgument(`roll by ${String(shift)}: use an integer, or one for each axis`);
  }
  if (options.axis === undefined) {
    if (shifts.length !== 1)
      throw invalidArgument("roll by several shifts needs one axis for each");
    if (shape.length !== 1) {
      const line = roll(flattened(x) as NDArray, shift, { axis: 0 });
      return line.reshape(shape) as Like<A>;
    }
  }
  const axes = [options.axis ?? 0].flat().map((axis) => normalizeAxis(axis, shape.length));
  if (shifts.length !== 1 && shifts.length !== axes.length) {
    throw invalidArgument(`roll by ${shifts.length} shifts along ${axes.length} axes`);
  }
  const total = shape.map(() => 0);
  axes.forEach((axis, at) => {
    (total[axis] as number) += (shifts.length === 1 ? shifts[0] : shifts[at]) as number;
  });
  const layer: Layer = {
    source: 0,
    axes: shape.map((_, axis) => axis),
    runs: shape.map((length, axis) => rolled(length, total[axis] as number)),
    at: shape.map(() => 0),
  };
  return rearrange(
    "roll",
    { shape, dtype: x.dtype, layers: [layer] },
    [x],
    (grids) => (grids[0] as BlockGrid).cuts,
  ) as Like<A>;
}

function rolled(length: number, shift: number): Run[] {
  const by = length === 0 ? 0 : ((shift % length) + length) % length;
  if (by === 0) return [allOf(length)];
  return [
    { to: 0, count: by, from: length - by, step: 1 },
    { to: by, count: length - by, from: 0, step: 1 },
  ];
}

/** The array `repetitions[i]` times along axis `i`; missing ones are 1, further ones add axes in front. */
export function tile<A extends AnyArray>(x: A, repetitions: number | readonly number[]): Like<A> {
  const own = checkArray("tile", x).shape;
  const given = [repetitions].flat();
  if (!given.every((times) => Number.isSafeInteger(times) && times >= 0)) {
    throw invalidArgument(`tile ${String(repetitions)} times: use integers from 0`);
  }
  const ndim = Math.max(given.length, own.length);
  const missing = ndim - own.length;
  const times = [...new Array<number>(ndim - given.length).fill(1), ...given];
  const axes = times.map((_, at) => (at < missing ? undefined : at - missing));
  const runs = axes.map((axis, at) => {
    const count = times[at] as number;
    if (axis === undefined) return [{ to: 0, count, from: 0, step: 0 }];
    const length = own[axis] as number;
    if (length === 0) return [];
    return Array.from({ length: count }, (_, k) => allOf(length, k * length));
  });
  const shape = runs.map((list) => list.reduce((sum, run) => sum + run.count, 0));
  const layer = { source: 0, axes, runs, at: own.map(() => 0) };
  return rearrange("tile", { shape, dtype: x.dtype, layers: [layer] }, [x]) as Like<A>;
}
