/** What may come next in a chain, of functions that move elements: manipulation, indexing, assignment, and products. */

import type { NDArray } from "bodkin";
import { call, close, largest, type Move, X } from "./calls.ts";
import type { Choices } from "./choices.ts";

/** Calls that make arrays larger. */
const growing =
  (move: Move): Move =>
  (x, choose) =>
    x.size > 60 || x.ndim > 3 ? undefined : move(x, choose);
const withAxes =
  (move: Move): Move =>
  (x, choose) =>
    x.ndim === 0 ? undefined : move(x, choose);
const ofVectorsOn = (move: Move): Move => withAxes(growing(move));

/** The shape with another length along an axis. */
const resized = (x: NDArray, axis: number, length: number): number[] =>
  x.shape.with(axis, length) as number[];

const manipulation: Readonly<Record<string, Move>> = {
  concat: ofVectorsOn((x, choose) => {
    if (choose.below(4) === 3)
      return call("concat", [X, choose.array([choose.below(4)])], { axis: null });
    const axis = choose.axis(x.ndim);
    const other = choose.array(resized(x, axis, choose.below(4)));
    return call(
      "concat",
      choose.pick([
        [X, other],
        [other, X],
        [X, X, other],
      ]),
      { axis },
    );
  }),
  stack: growing((x, choose) =>
    call("stack", [X, choose.array(x.shape)], { axis: choose.below(x.ndim + 1) }),
  ),
  unstack: withAxes((x, choose) => {
    const axis = choose.axis(x.ndim);
    return (x.shape.at(axis) as number) > 0 ? call("unstack", X, { axis }) : undefined;
  }),
  pad: growing((x, choose) => {
    const mode = x.size > 0 ? choose.pick(["constant", "edge", "wrap", "reflect"]) : "constant";
    const width = x.shape.map(() => [choose.below(3), choose.below(3)]);
    return call("pad", X, width, { mode });
  }),
  repeat: ofVectorsOn((x, choose) => {
    if (choose.below(3) === 2) return call("repeat", X, choose.below(3));
    const axis = choose.axis(x.ndim);
    const counts = Array.from({ length: x.shape.at(axis) as number }, () => choose.below(3));
    return call("repeat", X, choose.pick([2, counts]), { axis });
  }),
  tile: growing((_, choose) => call("tile", X, choose.pick([2, [2, 1], [1, 3], 0]))),
  roll: (x, choose) => {
    const shift = choose.below(9) - 4;
    return x.ndim === 0 || choose.below(3) === 2
      ? call("roll", X, shift)
      : call("roll", X, shift, { axis: choose.axis(x.ndim) });
  },
  flip: withAxes((x, choose) => call("flip", X, { axis: choose.axis(x.ndim) })),
  expandDims: growing((x, choose) => call("expandDims", X, { axis: choose.below(x.ndim + 1) })),
  squeeze: (x) => {
    const axis = x.shape.indexOf(1);
    return axis < 0 ? undefined : call("squeeze", X, { axis });
  },
  broadcastTo: growing((x, choose) => {
    const shape = x.shape.map((length) => (length === 1 ? choose.below(4) : length));
    return call("broadcastTo", X, [choose.below(3), ...shape]);
  }),
  matrixTranspose: (x) => (x.ndim < 2 ? undefined : call("matrixTranspose", X)),
  broadcastArrays: growing((x, choose) =>
    call("broadcastArrays", X, choose.array(choose.smaller(x.shape))),
  ),
  meshgrid: growing((x, choose) => {
    if (x.ndim > 1) return undefined;
    const options = choose.pick([[], [{ indexing: "ij" }]]);
    return call("meshgrid", X, choose.array([choose.below(4)]), ...options);
  }),
  moveaxis: withAxes((x, choose) => call("moveaxis", X, choose.axis(x.ndim), choose.axis(x.ndim))),
  permuteDims: (x, choose) => call("permuteDims", X, choose.order(x.ndim)),
  transpose: (x, choose) => call("transpose", X, ...(choose.below(2) ? choose.order(x.ndim) : [])),
  reshape: (x, choose) => call("reshape", X, factors(x.size, choose)),
};

/** A shape of that many elements. */
function factors(size: number, choose: Choices): number[] {
  const shape: number[] = [];
  let rest = size;
  for (let axis = choose.below(3); axis > 0 && rest > 0; axis--) {
    const lengths = [1, 2, 3, 5, rest].filter((length) => rest % length === 0);
    const length = choose.pick(lengths);
    shape.push(length);
    rest /= length;
  }
  return [...shape, rest];
}

const someIndices = (length: number, choose: Choices): number[] =>
  length === 0
    ? []
    : Array.from({ length: choose.below(6) }, () => choose.below(2 * length) - length);

const indexing: Readonly<Record<string, Move>> = {
  slice: (x, choose) => {
    const entries: unknown[] = choose.entries(x.shape);
    const kind = x.ndim > 0 ? choose.below(4) : 0;
    const axis = choose.below(x.ndim);
    if (kind === 1) entries[axis] = Int32Array.from(someIndices(x.shape[axis] as number, choose));
    if (kind === 2) entries.splice(axis, entries.length, "...");
    if (kind === 3 && x.ndim < 4) entries.splice(axis, 0, "newaxis");
    return call("slice", X, ...entries);
  },
  take: withAxes((x, choose) => {
    const axis = choose.axis(x.ndim);
    return call("take", X, someIndices(x.shape.at(axis) as number, choose), { axis });
  }),
  takeAlongAxis: withAxes((x, choose) => {
    const axis = choose.axis(x.ndim);
    const length = x.shape.at(axis) as number;
    if (length < 4) return undefined;
    const at = axis < 0 ? axis + x.ndim : axis;
    // Numbers from 0 to 10, brought into the axis.
    const indices = choose.array(resized(x, at, choose.below(4)), "u8").map((v) => Number(v) % 4);
    return call("takeAlongAxis", X, indices, { axis });
  }),
  nonzero: withAxes(() => call("nonzero", X)),
  compress: (x, choose) => call("compress", choose.array(x.shape, "bool"), X),
  get: (x, choose) =>
    x.size === 0 ? undefined : call("get", X, ...x.shape.map((length) => choose.below(length))),
  set: (x, choose) =>
    x.size === 0
      ? undefined
      : call(
          "set",
          X,
          ...x.shape.map((length) => choose.below(length)),
          x.dtype === "bool" ? true : 5,
        ),
  assign: (x, choose) => call("assign", X, choose.array(choose.smaller(x.shape), x.dtype)),
  aroundAssignment: (x, choose) =>
    call("aroundAssignment", X, choose.array(choose.smaller(x.shape), x.dtype)),
  assignPart: (x, choose) => {
    const entries = choose.entries(x.shape);
    const part = x.slice(...entries);
    return call("assignPart", X, entries, choose.array(choose.smaller(part.shape), x.dtype));
  },
  copyTo: (x, choose) => call("copyTo", X, choose.array(x.shape, x.dtype)),
};

/** A sum of products, each of an element and one of an operand. */
const summed = (x: NDArray, fn: string, ...args: readonly unknown[]): ReturnType<Move> =>
  close(Math.max(1, x.size) * Math.max(1, largest(x)) ** 2 * 11, fn, ...args);
const ofMatrices =
  (move: Move): Move =>
  (x, choose) =>
    x.ndim < 2 ? undefined : move(x, choose);

const products: Readonly<Record<string, Move>> = {
  matmul: ofVectorsOn((x, choose) => {
    const inner = x.shape.at(-1) as number;
    return summed(x, "matmul", X, choose.array([inner, 1 + choose.below(4)]));
  }),
  dot: (x, choose) => summed(x, "dot", X, choose.array(x.shape)),
  vecdot: withAxes((x, choose) => summed(x, "vecdot", X, choose.array(x.shape), { axis: -1 })),
  outer: growing((x, choose) => summed(x, "outer", X, choose.array([choose.below(4)]))),
  tensordot: ofVectorsOn((x, choose) =>
    summed(x, "tensordot", X, choose.array([...x.shape.slice(-1), choose.below(3)]), 1),
  ),
  einsum: ofMatrices((x, choose) =>
    summed(x, "einsum", choose.pick(["...ij->...ji", "...ij->...i", "...ij->..."]), X),
  ),
  kron: growing((_, choose) =>
    choose.below(2) === 0
      ? call("kron", X, choose.array([choose.below(4)]))
      : call("kron", choose.array([1, 2]), X),
  ),
  cross: (x, choose) => {
    const axis = x.shape.indexOf(3);
    if (axis < 0 || x.dtype === "bool") return undefined;
    const dtype = choose.pick(["f64", "f32", "i32", "u8"]);
    const other = choose.array(x.shape, dtype as NDArray["dtype"]);
    return call("cross", X, other, { axis });
  },
  trace: ofMatrices((x) => summed(x, "trace", X)),
  diagonal: ofMatrices((x, choose) => {
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    return call("diagonal", X, { offset: choose.below(rows + columns + 1) - rows });
  }),
  tril: ofMatrices((_, choose) => call("tril", X, { k: choose.below(5) - 2 })),
  triu: ofMatrices((_, choose) => call("triu", X, { k: choose.below(5) - 2 })),
  vectorNorm: (x, choose) =>
    close(Math.max(1, x.size) * Math.max(1, largest(x)) ** 3, "vectorNorm", X, {
      ord: x.size === 0 ? 2 : choose.pick([2, 1, 0, Infinity, -Infinity, 3]),
      ...choose.along(x.ndim),
    }),
  matrixNorm: ofMatrices((x, choose) =>
    x.size === 0
      ? undefined
      : summed(x, "matrixNorm", X, {
          ord: choose.pick(["fro", 1, -1, Infinity, -Infinity]),
          keepdims: choose.below(2) === 1,
        }),
  ),
};

export const MOVING: Readonly<Record<string, Move>> = { ...manipulation, ...indexing, ...products };
