/** The functions of arrays as they are called with a vector and a matrix, local or distributed alike. */

import {
  accumulate,
  all,
  any,
  arange,
  argmax,
  argmin,
  argsort,
  Blocks,
  bincount,
  broadcast,
  broadcastArrays,
  broadcastTo,
  choice,
  clip,
  collect,
  compress,
  concat,
  copyTo,
  countNonzero,
  cross,
  cumprod,
  cumsum,
  diagonal,
  diff,
  dot,
  einsum,
  expandDims,
  exponential,
  extrema,
  eye,
  filter,
  flip,
  fold,
  folds,
  full,
  fullLike,
  histogram,
  isin,
  kron,
  linspace,
  map,
  mapBlocks,
  mapping,
  matmul,
  matrixNorm,
  matrixTranspose,
  max,
  mean,
  median,
  meshgrid,
  min,
  moveaxis,
  type NDArray,
  nanmax,
  nanmean,
  nanmin,
  nanstd,
  nansum,
  nanvar,
  nonzero,
  norm,
  ones,
  onesLike,
  outer,
  pad,
  parallelFor,
  percentile,
  permutation,
  permuteDims,
  pipe,
  prod,
  quantile,
  randint,
  randn,
  readNpy,
  readNpz,
  readRaw,
  readZarr,
  referenceable,
  repeat,
  roll,
  searchsorted,
  sort,
  squeeze,
  stack,
  std,
  sum,
  take,
  takeAlongAxis,
  tensordot,
  tile,
  topk,
  trace,
  tril,
  triu,
  uniqueAll,
  uniqueCounts,
  uniqueInverse,
  uniqueValues,
  unstack,
  variance,
  vecdot,
  vectorNorm,
  where,
  writeNpy,
  writeNpz,
  writeRaw,
  writeZarr,
  zeros,
  zerosLike,
} from "bodkin";
import * as elementary from "../../../src/array/elementary/functions.ts";

/** 4 MiB of f64, in 64 blocks as a vector and in 256 as a matrix. */
export const LENGTH = 2 ** 19;
export const BLOCK = 2 ** 13;
export const SHAPE = [512, 1024] as const;
export const CUT = [32, 64] as const;

/** Distributed arrays have the types of local ones here: calls are the same. */
export interface Given {
  /** Numbers from 0 to 1. */
  readonly x: NDArray<"f64">;
  readonly y: NDArray<"f64">;
  readonly matrix: NDArray<"f64">;
  /** Integers from 0 to 999. */
  readonly integers: NDArray<"i32">;
  /** Indices of elements, in a local array. */
  readonly indices: NDArray<"i32">;
  readonly mask: NDArray<"bool">;
  /** Cuts a distributed array anew. */
  rechunk(x: NDArray, ...sizes: number[]): NDArray;
  readonly isLocal: boolean;
  /** A path of a file that is not there yet. */
  path(name: string): string;
  /** What makes an array, with blocks before its other arguments where arrays are distributed. */
  make(fn: (...args: never[]) => unknown, ...args: unknown[]): NDArray;
}

type Operations = Readonly<Record<string, (given: Given) => unknown>>;

const seed = 4;
const double = (v: number): number => 2 * v + 1;

export const MAKING: Operations = {
  rand: ({ x }) => x,
  full: ({ make }) => make(full, [LENGTH], 7),
  zeros: ({ make }) => make(zeros, [LENGTH]),
  ones: ({ make }) => make(ones, [LENGTH]),
  arange: ({ make }) => make(arange, LENGTH),
  linspace: ({ make }) => make(linspace, [LENGTH], 0, 1),
  eye: ({ make }) => make(eye, SHAPE),
  zerosLike: ({ x }) => zerosLike(x),
  onesLike: ({ matrix }) => onesLike(matrix),
  fullLike: ({ x }) => fullLike(x, 7),
  randn: ({ make }) => make(randn, [LENGTH], { seed }),
  randint: ({ make }) => make(randint, [LENGTH], 0, 100, { seed }),
  exponential: ({ make }) => make(exponential, [LENGTH], { seed }),
  permutation: ({ make }) => make(permutation, LENGTH, { seed }),
  choice: ({ make }) => make(choice, LENGTH, [LENGTH], { seed }),
  "choice without replacement": ({ make }) =>
    make(choice, LENGTH, [LENGTH / 2], { seed, replace: false }),
};

export const ELEMENTS: Operations = {
  map: ({ x }) => map(double, x),
  "map several times": ({ x }) => map(double, map(double, map(double, x))),
  broadcast: ({ x, y }) => broadcast((a, b) => a * 2 + b, x, y),
  "broadcast of a column and a row": ({ matrix }) =>
    broadcast((a, b) => a + b, matrix.slice(null, [0, 1]), matrix.slice([3, 4], null)),
  mapBlocks: ({ x }) => mapBlocks((block) => map((v: number) => v + 1, block), x),
  astype: ({ x }) => x.astype("f32"),
  where: ({ mask, x, y }) => where(mask, x, y),
  clip: ({ x }) => clip(x, 0.25, 0.75),
  diff: ({ x }) => diff(x),
  "diff along columns": ({ matrix }) => diff(matrix, { axis: 0 }),
};

type Elementary = (...operands: NDArray[]) => NDArray;

function takesTwo(compute: Elementary): boolean {
  try {
    compute(ones([1], { dtype: "bool" }));
    return false;
  } catch (error) {
    return /takes two/.test(String(error));
  }
}

/** Each is given what it takes: integers for bits, booleans for logic. */
export const ELEMENTARY: Operations = Object.fromEntries(
  Object.entries(elementary as unknown as Readonly<Record<string, Elementary>>).map(
    ([name, compute]) => [
      name,
      ({ x, y, integers, mask }) => {
        const operands = name.startsWith("bitwise")
          ? [integers, map((v) => v % 32, integers)]
          : name.startsWith("logical")
            ? [mask, mask]
            : [x, y];
        return compute(...operands.slice(0, takesTwo(compute) ? 2 : 1));
      },
    ],
  ),
);

export const REDUCING: Operations = {
  sum: ({ x }) => sum(x),
  "sum of columns": ({ matrix }) => sum(matrix, { axis: 0 }),
  "sum of rows": ({ matrix }) => sum(matrix, { axis: 1, keepdims: true }),
  prod: ({ x }) => prod(map((v) => 1 + v / 1e6, x)),
  min: ({ x }) => min(x),
  max: ({ matrix }) => max(matrix, { axis: 0 }),
  mean: ({ x }) => mean(x),
  variance: ({ x }) => variance(x),
  std: ({ matrix }) => std(matrix, { axis: 1 }),
  any: ({ mask }) => any(mask),
  all: ({ mask }) => all(mask),
  norm: ({ x }) => norm(x),
  argmin: ({ x }) => argmin(x),
  argmax: ({ matrix }) => argmax(matrix, { axis: 0 }),
  nansum: ({ x }) => nansum(map((v) => (v < 0.5 ? Number.NaN : v), x)),
  nanmean: ({ x }) => nanmean(x),
  nanmin: ({ x }) => nanmin(x),
  nanmax: ({ x }) => nanmax(x),
  nanvar: ({ x }) => nanvar(x),
  nanstd: ({ x }) => nanstd(x),
  countNonzero: ({ mask }) => countNonzero(mask),
  extrema: ({ x }) => extrema(x),
  reduce: ({ x }) => x.reduce((a, b) => Math.max(a, b)),
  mapReduce: ({ x }) =>
    x.mapReduce(
      (v) => -v,
      (a, b) => Math.max(a, b),
    ),
  vectorNorm: ({ matrix }) => vectorNorm(matrix, { axis: 1 }),
  matrixNorm: ({ matrix }) => matrixNorm(matrix),
};

export const ORDERING: Operations = {
  cumsum: ({ x }) => cumsum(x),
  "cumsum down columns": ({ matrix }) => cumsum(matrix, { axis: 0 }),
  cumprod: ({ x }) => cumprod(map((v) => 1 + v / 1e6, x)),
  accumulate: ({ x }) => accumulate((a, b) => Math.max(a, b), x),
  sort: ({ x }) => sort(x),
  "sort of rows": ({ matrix }) => sort(matrix, { axis: 1 }),
  "sort of equal elements": ({ integers }) => sort(integers, { descending: true }),
  argsort: ({ integers }) => argsort(integers),
  searchsorted: ({ x, y }) => searchsorted(sort(x), y),
  topk: ({ x }) => topk(x, 100),
  quantile: ({ x }) => quantile(x, [0.1, 0.5, 0.999]),
  "quantile of columns": ({ matrix }) => quantile(matrix, 0.3, { axis: 0 }),
  percentile: ({ x }) => percentile(x, 12),
  median: ({ x }) => median(x),
  histogram: ({ x }) => histogram(x, { bins: 50 }),
  bincount: ({ integers }) => bincount(integers),
  uniqueValues: ({ x }) => uniqueValues(x),
  uniqueCounts: ({ integers }) => uniqueCounts(integers),
  uniqueInverse: ({ integers }) => uniqueInverse(integers),
  uniqueAll: ({ integers }) => uniqueAll(integers),
  isin: ({ integers, indices }) => isin(integers, indices),
  nonzero: ({ mask }) => nonzero(mask),
};

export const MOVING: Operations = {
  collect: ({ x }) => x,
  slice: ({ x }) => x.slice([5, -5, 3]),
  "slice of a matrix": ({ matrix }) => matrix.slice([3, 400], [10, null, 2]),
  "rechunk to larger ones": ({ x, rechunk }) => rechunk(x, 10_000),
  "rechunk of a matrix": ({ matrix, rechunk }) => rechunk(matrix, 100, 37),
  "rechunk to rows": ({ matrix, rechunk }) => rechunk(matrix, 4, 1024),
  "rechunk to columns": ({ matrix, rechunk }) => rechunk(matrix, 512, 8),
  transpose: ({ matrix }) => map((v) => v + 1, matrix.transpose()),
  permuteDims: ({ matrix, rechunk }) => rechunk(permuteDims(matrix, [1, 0]), 60, 60),
  moveaxis: ({ matrix }) => moveaxis(matrix, 0, 1),
  matrixTranspose: ({ matrix }) => map((v) => v + 1, matrixTranspose(matrix)),
  reshape: ({ x }) => x.reshape([256, -1]),
  "reshape of a matrix": ({ matrix }) => matrix.reshape([LENGTH]),
  expandDims: ({ x }) => expandDims(x),
  squeeze: ({ x }) => squeeze(expandDims(x), { axis: 0 }),
  flip: ({ matrix }) => map((v) => v + 1, flip(matrix)),
  broadcastTo: ({ matrix }) =>
    map((v) => v + 1, broadcastTo(matrix.slice([0, 1], null), [512, 1024])),
  broadcastArrays: ({ matrix }) =>
    broadcastArrays(matrix.slice(null, [3, 4]), matrix).map((each) => map((v) => v + 1, each)),
  meshgrid: ({ x, y }) =>
    meshgrid(x.slice([0, 512]), y.slice([0, 1024])).map((each) => map((v) => v + 1, each)),
  concat: ({ x, y }) => concat([x, y]),
  "concat of columns": ({ matrix }) => concat([matrix, matrix], { axis: 1 }),
  stack: ({ x, y }) => stack([x, y], { axis: 1 }),
  unstack: ({ matrix }) => unstack(matrix.slice([0, 4], null)),
  pad: ({ matrix }) => pad(matrix, 7, { mode: "reflect" }),
  repeat: ({ x }) => repeat(x, 2),
  roll: ({ x }) => roll(x, 12_345),
  "roll of a matrix": ({ matrix }) => roll(matrix, [3, -5], { axis: [0, 1] }),
  tile: ({ x }) => tile(x, 2),
  take: ({ x, indices }) => take(x, indices),
  "take of rows": ({ matrix, indices }) => take(matrix, indices.slice([0, 600]), { axis: 0 }),
  takeAlongAxis: ({ matrix }) => takeAlongAxis(matrix, argsort(matrix, { axis: 1 }), { axis: 1 }),
  compress: ({ mask, x }) => compress(mask, x),
  copyTo: async ({ x, y }) => {
    await copyTo(y, x);
    return y;
  },
  assign: ({ x, y }) => {
    y.slice([0, null, 2]).assign(x.slice([LENGTH / 2, null]));
    return y;
  },
};

export const PRODUCTS: Operations = {
  dot: ({ x, y }) => dot(x, y),
  vecdot: ({ matrix }) => vecdot(matrix, matrix),
  matmul: ({ matrix }) => matmul(matrix, matrix.transpose()),
  "matmul of a vector": ({ matrix, x }) => matmul(matrix, x.slice([0, 1024])),
  outer: ({ x, y, rechunk }) =>
    outer(rechunk(x.slice([0, 700]), 60), rechunk(y.slice([0, 700]), 60)),
  cross: ({ x, y }) => {
    const points = (of: NDArray<"f64">): NDArray<"f64"> =>
      of.slice([0, 3 * 2 ** 17]).reshape([-1, 3]);
    return cross(points(x), points(y));
  },
  kron: ({ x, y }) => kron(x.slice([0, 1024]), y.slice([0, 512])),
  tensordot: ({ matrix }) => tensordot(matrix, matrix, [[0], [0]]),
  einsum: ({ matrix }) => einsum("ij,ij->j", matrix, matrix),
  "einsum of a transpose": ({ matrix }) => einsum("ij->ji", matrix),
  diagonal: ({ matrix }) => diagonal(matrix),
  trace: ({ matrix }) => trace(matrix),
  tril: ({ matrix }) => tril(matrix),
  triu: ({ matrix }) => triu(matrix),
};

export const LOOPS: Operations = {
  parallelFor: async ({ x }) => {
    await parallelFor(referenceable(x), (own) => {
      own.value += 42;
    });
    return x;
  },
  fold: ({ x }) =>
    fold(x, {
      init: () => 0,
      step: (a, v: number) => Math.max(a, v),
      combine: (a, b) => Math.max(a, b),
    }),
  "folds.sum": ({ integers }) => folds.sum(integers),
  "folds.count": ({ x }) => folds.count((v: number) => v < 0.25, x),
  "folds.findFirst": ({ x }) => folds.findFirst((v: number) => v > 0.999_99, x),
  pipe: ({ x }) =>
    collect(
      pipe(
        x,
        filter((v: number) => v < 0.5),
        mapping((v: number) => 2 * v),
      ),
    ),
};

const read = Blocks(BLOCK);

export const FILES: Operations = {
  "writeNpy readNpy": async ({ x, path, isLocal }) => {
    if (isLocal) return x;
    await writeNpy(path("x.npy"), x);
    return readNpy(path("x.npy"), read);
  },
  "writeNpz readNpz": async ({ x, y, path, isLocal }) => {
    if (isLocal) return { x, y };
    await writeNpz(path("xy.npz"), { x, y });
    return readNpz(path("xy.npz"), read);
  },
  "writeRaw readRaw": async ({ x, path, isLocal }) => {
    if (isLocal) return x;
    await writeRaw(path("x.bin"), x);
    return readRaw(path("x.bin"), { dtype: "f64", shape: [LENGTH] }, read);
  },
  "writeZarr readZarr": async ({ matrix, path, isLocal }) => {
    if (isLocal) return matrix;
    await writeZarr(path("x.zarr"), matrix);
    return readZarr(path("x.zarr"), Blocks(...CUT));
  },
};
