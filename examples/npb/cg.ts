/**
 * CG: the largest eigenvalue of a sparse matrix by inverse iteration, each step of which solves a system with 25
 * steps of conjugate gradients. The matrix lies in bands of rows, and so do the vectors: every line of the method is
 * a task a band, scalars are tasks too, and the whole solution is submitted without waiting for anything.
 */

import { type Chunk, spawn, type Task, tochunk } from "bodkin";
import type { Benchmark } from "./benchmark.ts";
import { type Band, sparseMatrix } from "./cg-matrix.ts";

const CLASSES = {
  S: { n: 1400, nonzeros: 7, shift: 10, zeta: 8.5971775078648 },
  W: { n: 7000, nonzeros: 8, shift: 12, zeta: 10.362595087124 },
} as const;

const OUTER = 15;
const INNER = 25;
const BANDS = 2;

type Vector = readonly Task<Float64Array>[];
type Scalar = Task<number>;

/** A band of rows in memory that all threads see. */
type Shared = { readonly [K in keyof Band]: Chunk<Band[K]> };

const share = ({ starts, columns, values }: Band): Shared => ({
  starts: tochunk(starts),
  columns: tochunk(columns),
  values: tochunk(values),
});

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const add = (...parts: number[]): number => parts.reduce((a, b) => a + b);

/** x + factor·y. */
const plus = (x: Float64Array, factor: number, y: Float64Array): Float64Array => {
  const sum = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) sum[i] = x[i]! + factor * y[i]!;
  return sum;
};

/** The rows of a band times a vector that comes in pieces. */
const times = (
  starts: Int32Array,
  columns: Int32Array,
  values: Float64Array,
  ...pieces: Float64Array[]
): Float64Array => {
  const x = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    x.set(piece, at);
    at += piece.length;
  }
  const product = new Float64Array(starts.length - 1);
  for (let row = 0; row < product.length; row++) {
    let sum = 0;
    const end = starts[row + 1]!;
    for (let k = starts[row]!; k < end; k++) sum += values[k]! * x[columns[k]!]!;
    product[row] = sum;
  }
  return product;
};

const dots = (a: Vector, b: Vector): Scalar =>
  spawn(add, ...a.map((piece, i) => spawn(dot, piece, b[i]!)));

const combined = (x: Vector, factor: Scalar, y: Vector): Vector =>
  x.map((piece, i) => spawn(plus, piece, factor, y[i]!));

const product = (matrix: readonly Shared[], x: Vector): Vector =>
  matrix.map(({ starts, columns, values }) => spawn(times, starts, columns, values, ...x));

/** z of A·z = x after 25 steps. */
function solve(matrix: readonly Shared[], x: Vector): Vector {
  let z: Vector = x.map((piece) =>
    spawn((own: Float64Array) => new Float64Array(own.length), piece),
  );
  let [r, p] = [x, x];
  let rho = dots(r, r);
  for (let step = 0; step < INNER; step++) {
    const q = product(matrix, p);
    const alpha = spawn((a: number, b: number) => a / b, rho, dots(p, q));
    z = combined(z, alpha, p);
    r = combined(
      r,
      spawn((a: number) => -a, alpha),
      q,
    );
    const before = rho;
    rho = dots(r, r);
    p = combined(
      r,
      spawn((a: number, b: number) => a / b, rho, before),
      p,
    );
  }
  return z;
}

export const cg: Benchmark<keyof typeof CLASSES> = {
  name: "CG",
  tolerance: 1e-10,
  prepare(name) {
    const { n, nonzeros, shift, zeta } = CLASSES[name];
    const bands = sparseMatrix(n, nonzeros, shift, BANDS);
    const matrix = bands.map(share);
    return {
      expected: [zeta],
      operations:
        2 * OUTER * n * (6 + nonzeros * (nonzeros + 1) + INNER * (5 + nonzeros * (nonzeros + 1))),
      async run() {
        let x: Vector = bands.map(({ starts }) =>
          spawn((length: number) => new Float64Array(length).fill(1), starts.length - 1),
        );
        let product: Scalar | undefined;
        for (let step = 0; step < OUTER; step++) {
          const z = solve(matrix, x);
          product = dots(x, z);
          const scale = spawn((square: number) => 1 / Math.sqrt(square), dots(z, z));
          x = z.map((piece) =>
            spawn((own: Float64Array, factor: number) => own.map((v) => v * factor), piece, scale),
          );
        }
        return [shift + 1 / (await product!.fetch())];
      },
    };
  },
};
