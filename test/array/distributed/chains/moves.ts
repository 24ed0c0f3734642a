/** What may come next in a chain: calls of the array functions, fit for the array that there is. */

import { map, type NDArray } from "bodkin";
import { call, close, largest, type Move, X } from "./calls.ts";
import { blocksFor, type Choices, DTYPES } from "./choices.ts";

const isFloat = ({ dtype }: NDArray): boolean => dtype === "f64" || dtype === "f32";

/** Functions of one element. */
const ONE = [
  (v: number) => v + 1,
  (v: number) => -v,
  (v: number) => Math.abs(v) / 2,
  (v: number) => (v > 1 ? v : 0),
  (v: number) => v > 0,
  (v: number) => Math.floor(v * 0.3),
];
const TWO = [
  (v: number, w: number) => v + w,
  (v: number, w: number) => (v < w ? v + 0 : w * 2),
  (v: number, w: number) => v === w,
];

const elementwise: Readonly<Record<string, Move>> = {
  map: (_, choose) => call("map", choose.pick(ONE), X),
  broadcast: (x, choose) => {
    const other = choose.array(choose.smaller(x.shape));
    const operands = choose.pick([
      [X, other],
      [other, X],
      [X, 3],
      [X, X],
    ]);
    const dtype = choose.below(4);
    const options = dtype === 3 ? [{ dtype: choose.pick(DTYPES) }] : [];
    return call("broadcast", choose.pick(TWO), ...operands, ...options);
  },
  where: (x, choose) => {
    const mask = choose.array(choose.smaller(x.shape), "bool");
    const other = choose.pick([choose.array(choose.smaller(x.shape)), 2]);
    return choose.below(2) === 0
      ? call("where", mask, X, other)
      : call("where", X, other, choose.array(x.shape));
  },
  clip: (_, choose) => call("clip", X, choose.pick([-1, 0, null]), choose.pick([3, null, 1])),
  astype: (_, choose) => {
    const dtype = choose.pick(DTYPES);
    return call("astype", X, dtype);
  },
};

/** How long the lines are that are joined. */
const sizeOf = (x: NDArray): number => Math.max(1, x.size);

const exactly =
  (fn: string, several = true, needsElements = false): Move =>
  (x, choose) => {
    const options = choose.along(x.ndim, several);
    if (needsElements && x.size === 0) return undefined;
    return call(fn, X, options);
  };
const nearly =
  (fn: string, power = 1): Move =>
  (x, choose) =>
    close(sizeOf(x) * Math.max(1, largest(x)) ** power, fn, X, choose.along(x.ndim));
/** Products of few small numbers. */
const product =
  (fn: string): Move =>
  (x, choose) => {
    if (x.size > 30 || largest(x) > 4) return undefined;
    const options = fn === "prod" ? choose.along(x.ndim) : { axis: choose.axis(x.ndim) };
    return fn === "cumprod" && x.ndim === 0 ? undefined : close(4 ** x.size, fn, X, options);
  };

const reductions: Readonly<Record<string, Move>> = {
  sum: nearly("sum"),
  mean: nearly("mean"),
  prod: product("prod"),
  variance: nearly("variance", 2),
  std: nearly("std", 2),
  norm: nearly("norm"),
  nansum: nearly("nansum"),
  nanmean: nearly("nanmean"),
  nanvar: nearly("nanvar", 2),
  nanstd: nearly("nanstd", 2),
  min: exactly("min", true, true),
  max: exactly("max", true, true),
  nanmin: exactly("nanmin", true, true),
  nanmax: exactly("nanmax", true, true),
  extrema: exactly("extrema", true, true),
  any: exactly("any"),
  all: exactly("all"),
  countNonzero: exactly("countNonzero"),
  argmin: exactly("argmin", false, true),
  argmax: exactly("argmax", false, true),
  reduce: (x, choose) =>
    x.size === 0 || x.dtype === "bool"
      ? undefined
      : call("reduce", (a: number, b: number) => Math.max(a, b), X, choose.along(x.ndim)),
  mapReduce: (x, choose) =>
    x.size === 0 || x.dtype === "bool"
      ? undefined
      : call(
          "mapReduce",
          (v: number) => v * 2,
          (a: number, b: number) => Math.min(a, b),
          X,
          choose.along(x.ndim),
        ),
};

const lines: Readonly<Record<string, Move>> = {
  cumsum: (x, choose) =>
    x.ndim === 0
      ? undefined
      : close(sizeOf(x) * Math.max(1, largest(x)), "cumsum", X, {
          axis: choose.axis(x.ndim),
          includeInitial: choose.below(2) === 1,
        }),
  cumprod: product("cumprod"),
  accumulate: (x, choose) =>
    x.ndim === 0 || x.dtype === "bool"
      ? undefined
      : call("accumulate", (a: number, b: number) => Math.max(a, b), X, {
          axis: choose.axis(x.ndim),
        }),
  diff: (x, choose) =>
    x.ndim === 0
      ? undefined
      : call("diff", X, { axis: choose.axis(x.ndim), n: choose.pick([1, 0, 2]) }),
  sort: (x, choose) => sorting("sort", x, choose),
  argsort: (x, choose) => sorting("argsort", x, choose),
  topk: (x, choose) => {
    if (x.ndim === 0) return undefined;
    const axis = choose.axis(x.ndim);
    const k = choose.below((x.shape.at(axis) as number) + 1);
    return call("topk", X, k, { axis, largest: choose.below(2) === 0 });
  },
  searchsorted: (_, choose) => {
    const side = choose.pick(["left", "right"]);
    const length = choose.below(9);
    const line = map((v) => v, choose.array([length], "i32"));
    const sorted = line.reshape([length]);
    sorted.data.sort();
    return call("searchsorted", sorted, X, { side });
  },
  quantile: (x, choose) => {
    const options = choose.along(x.ndim, false);
    return call("quantile", X, choose.pick([0.5, [0, 0.3, 1], 0.25, []]), options);
  },
  percentile: (x, choose) =>
    call("percentile", X, choose.pick([50, [10, 90]]), choose.along(x.ndim, false)),
  median: exactly("median", false),
};

function sorting(fn: string, x: NDArray, choose: Choices): ReturnType<Move> {
  if (x.ndim === 0) return undefined;
  return call(fn, X, { axis: choose.axis(x.ndim), descending: choose.below(2) === 1 });
}

const values: Readonly<Record<string, Move>> = {
  uniqueValues: () => call("uniqueValues", X),
  uniqueCounts: () => call("uniqueCounts", X),
  uniqueAll: () => call("uniqueAll", X),
  isin: (_, choose) =>
    call(
      "isin",
      ...choose.pick([
        [X, choose.array([3, 2])],
        [choose.array([5]), X],
        [X, X],
      ]),
      {
        invert: choose.below(2) === 1,
      },
    ),
  zerosLike: () => call("zerosLike", X),
  onesLike: (_, choose) => call("onesLike", X, { dtype: choose.pick(DTYPES) }),
  fullLike: (_, choose) => call("fullLike", X, choose.below(4)),
  uniqueInverse: () => call("uniqueInverse", X),
  histogram: (x, choose) =>
    choose.below(2) === 0
      ? call("histogram", X, { bins: [-3, 0, 1, 4] })
      : isFloat(x)
        ? call("histogram", X, { bins: 3, range: [-2, 5] })
        : call("histogram", X, { bins: 4 }),
  bincount: (x, choose) =>
    isFloat(x) || x.ndim !== 1 || x.dtype === "i32"
      ? undefined
      : call("bincount", X, { minlength: choose.below(4) }),
};

/** Blocks that another cut of an array has. */
const rechunk: Move = (x, choose) =>
  call("rechunk", X, blocksFor(x.shape, choose.below(12) * 12 + choose.below(12)));

export const COMPUTING: Readonly<Record<string, Move>> = {
  rechunk,
  ...elementwise,
  ...reductions,
  ...lines,
  ...values,
};
