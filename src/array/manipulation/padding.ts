/** Arrays with a margin around them. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Value } from "../element.ts";
import { scalarArray } from "../elementwise/apply.ts";
import type { BlockGrid } from "../grid.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf } from "../ndarray.ts";
import { rearrange } from "./rearrange.ts";
import { again, allOf, cutsOfRuns, type Layer, longestPiece, type Run } from "./rearrangement.ts";

export type PadMode = "constant" | "edge" | "reflect" | "wrap";

const MODES: readonly PadMode[] = ["constant", "edge", "reflect", "wrap"];

/** How many elements are added before and after. */
type Margin = readonly [before: number, after: number];

export interface PadOptions {
  /**
   * What the margin holds: `value` ("constant", unless given), the outermost elements ("edge"), the elements as in a mirror
   * that stands on the outermost ("reflect"), those of the other end ("wrap").
   */
  readonly mode?: PadMode;
  readonly value?: Value;
}

/**
 * An array with a margin: as wide all around, `[before, after]` along every axis, or a list of such pairs, one an axis.
 * The margin of a distributed array is in blocks of its own.
 */
export function pad<A extends AnyArray>(
  x: A,
  width: number | Margin | readonly Margin[],
  options: PadOptions = {},
): Like<A> {
  checkNames(options, ["mode", "value"], "pad");
  const { mode = "constant", value } = options;
  const { shape, dtype } = checkArray("pad", x);
  if (!MODES.includes(mode)) {
    throw invalidArgument(`pad has no mode '${String(mode)}'; it has ${MODES.join(", ")}`);
  }
  if (value !== undefined && mode !== "constant") {
    throw invalidArgument(`pad in mode "${mode}" takes no value; use mode "constant" for one`);
  }
  const margins = marginsOf(width, shape.length);
  const runs = shape.map((length, axis) => around(length, margins[axis] as Margin, mode, axis));
  const whole = runs.map((own) => own.reduce((sum, run) => sum + run.count, 0));
  const inner: Layer = {
    source: 0,
    axes: shape.map((_, axis) => axis),
    runs: mode === "constant" ? shape.map((length, axis) => [inside(length, margins[axis])]) : runs,
    at: shape.map(() => 0),
  };
  const outer = mode === "constant" ? marginLayers(shape, margins) : [];
  const plan = { shape: whole, dtype, layers: [inner, ...outer] };
  const fill = outer.length > 0 ? [arrayOf(scalarArray(value ?? 0, dtype))] : [];
  return rearrange("pad", plan, [x, ...fill], ([grid]) =>
    runs.map((own, axis) =>
      cutsOfRuns(
        (grid as BlockGrid).cuts[axis] as readonly number[],
        own,
        longestPiece(grid as BlockGrid),
      ),
    ),
  ) as Like<A>;
}

function marginsOf(width: unknown, ndim: number): Margin[] {
  const isPair = (given: unknown): given is Margin =>
    Array.isArray(given) &&
    given.length === 2 &&
    given.every((count) => Number.isSafeInteger(count) && count >= 0);
  if (Number.isSafeInteger(width) && (width as number) >= 0) {
    return new Array<Margin>(ndim).fill([width as number, width as number]);
  }
  if (isPair(width)) return new Array<Margin>(ndim).fill(width);
  if (Array.isArray(width) && width.length === ndim && width.every(isPair)) return width;
  throw invalidArgument(
    `pad by ${JSON.stringify(width)}: give a number from 0, [before, after], or a list of ${ndim} such pairs, one an axis`,
  );
}

const inside = (length: number, margin: Margin | undefined): Run =>
  allOf(length, margin?.[0] as number);

/** The runs along one axis, margins and all; a margin of constants is one of repetitions here. */
function around(length: number, [before, after]: Margin, mode: PadMode, axis: number): Run[] {
  if (before + after === 0) return [allOf(length)];
  if (length === 0 && mode !== "constant") {
    throw invalidArgument(`pad in mode "${mode}": axis ${axis} has no elements to go on with`);
  }
  if (length === 0) return [again(before + after)];
  if (mode === "wrap") return periodic(length, before, after);
  if (mode === "reflect" && length > 1) return mirrored(length, before, after);
  return [again(before), allOf(length, before), again(after, length - 1, before + length)].filter(
    (run) => run.count > 0,
  );
}

/** Whole turns of the axis, the first and the last cut off. */
function periodic(length: number, before: number, after: number): Run[] {
  const runs: Run[] = [];
  const end = before + length + after;
  for (let to = 0; to < end; ) {
    const from = (((to - before) % length) + length) % length;
    const count = Math.min(end - to, length - from);
    runs.push({ to, count, from, step: 1 });
    to += count;
  }
  return runs;
}

/** To and fro between the outermost elements, which come once at each turn. */
function mirrored(length: number, before: number, after: number): Run[] {
  const runs: Run[] = [];
  const period = 2 * (length - 1);
  const end = before + length + after;
  for (let to = 0; to < end; ) {
    const place = (((to - before) % period) + period) % period;
    const forward = place < length - 1;
    // The axis itself, its last element included, is one run.
    const room = forward ? length - 1 - place : period - place;
    const isAxis = to === before;
    const count = Math.min(end - to, isAxis ? length : room);
    const from = forward ? place : period - place;
    runs.push({ to, count, from, step: forward ? 1 : -1 });
    to += count;
  }
  return runs;
}

/** The boxes of a margin, none covering another: before and after along each axis, between those of the axes before it. */
function marginLayers(shape: readonly number[], margins: readonly Margin[]): Layer[] {
  return shape.flatMap((length, axis) => {
    const [before, after] = margins[axis] as Margin;
    return [again(before), again(after, 0, before + length)]
      .filter((run) => run.count > 0)
      .map((run) => ({
        source: 1,
        axes: shape.map(() => undefined),
        runs: shape.map((own, at) => {
          const [first, last] = margins[at] as Margin;
          if (at === axis) return [run];
          return at < axis ? [again(own, 0, first)] : [again(first + own + last)];
        }),
        at: [],
      }));
  });
}
