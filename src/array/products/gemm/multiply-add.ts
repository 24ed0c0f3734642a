/**
 * Adds the product of two matrices to a third with WebAssembly, whatever their dtypes, strides and memory. Parts of
 * what is not in the memory of the computation, or has another dtype, are brought there and back.
 */

import type { Strided } from "../../strided.ts";
import { Desk } from "./desk.ts";
import { productsOn } from "./instance.ts";
import { gemmScratch, TALL, WIDE } from "./module.ts";
import type { GemmType } from "./tiles.ts";
import { transposed } from "./transposed.ts";
import { workspaceFor } from "./workspace.ts";

/** Rows of a part: packed columns of B serve all of them. */
const MOST_ROWS = 8 * TALL;
/** Products that are summed in a part. */
const MOST_DEPTH = 1024;
/** Of a vector. */
const LONGEST = 2 ** 16;
/** Of a matrix that is brought for a vector: they fit the second-level cache. */
const MOST_ELEMENTS = 2 ** 15;

/** Matrices are views of two dimensions: `out` is m × n, `a` m × k, `b` k × n. They do not overlap. */
export function multiplyAdd(type: GemmType, out: Strided, a: Strided, b: Strided): void {
  const [m, n] = out.shape as [number, number];
  if (m === 0 || n === 0 || a.shape[1] === 0) return;
  if (n === 1) multiplyVector(type, out, a, b);
  else if (m === 1) multiplyVector(type, transposed(out), transposed(b), transposed(a));
  else multiplyMatrices(type, out, a, b);
}

function multiplyMatrices(type: GemmType, out: Strided, a: Strided, b: Strided): void {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1] as number;
  using space = workspaceFor(out);
  const rows = Math.min(m, MOST_ROWS);
  const columns = Math.min(n, WIDE);
  const depth = Math.min(k, MOST_DEPTH);
  const { gemm } = productsOn(space.memory, type);
  const scratch = space.take(gemmScratch(type, rows, columns, depth));
  const sums = new Desk(space, type, out, rows, columns, "rows");
  const left = new Desk(space, type, a, rows, depth, "none");
  const right = new Desk(space, type, b, depth, columns, "none");
  for (let j = 0; j < n; j += columns) {
    const width = Math.min(columns, n - j);
    for (let i = 0; i < m; i += rows) {
      const height = Math.min(rows, m - i);
      const c = sums.bring(i, j, height, width);
      for (let p = 0; p < k; p += depth) {
        const length = Math.min(depth, k - p);
        const x = left.bring(i, p, height, length);
        const y = right.bring(p, j, length, width);
        gemm(
          x.address,
          x.row,
          x.column,
          y.address,
          y.row,
          y.column,
          c.address,
          c.row,
          height,
          width,
          length,
          scratch,
        );
      }
      sums.giveBack(i, j, height, width);
    }
  }
}

/** `out` and `vector` are columns. */
function multiplyVector(type: GemmType, out: Strided, matrix: Strided, vector: Strided): void {
  const [m, k] = matrix.shape as [number, number];
  using space = workspaceFor(out);
  const { multiplyVector: run } = productsOn(space.memory, type);
  // Parts are brought as they lie: by columns where those have the neighbours.
  const isTurned = matrix.strides[0] === 1 && matrix.strides[1] !== 1;
  const [longest, most] = [Math.min(isTurned ? m : k, LONGEST), isTurned ? k : m];
  const few = Math.min(most, Math.max(1, Math.floor(MOST_ELEMENTS / longest)));
  const left = new Desk(space, type, isTurned ? transposed(matrix) : matrix, few, longest, "lines");
  const many = left.isThere ? Math.min(most, LONGEST) : few;
  const [rows, depth] = isTurned ? [longest, many] : [many, longest];
  const sums = new Desk(space, type, transposed(out), 1, rows, "rows");
  const right = new Desk(space, type, transposed(vector), 1, depth, "rows");
  for (let i = 0; i < m; i += rows) {
    const height = Math.min(rows, m - i);
    const y = sums.bring(0, i, 1, height);
    for (let p = 0; p < k; p += depth) {
      const length = Math.min(depth, k - p);
      const a = isTurned ? left.bring(p, i, length, height) : left.bring(i, p, height, length);
      const [row, column] = isTurned ? [a.column, a.row] : [a.row, a.column];
      const x = right.bring(0, p, 1, length);
      run(a.address, row, column, x.address, y.address, height, length);
    }
    sums.giveBack(0, i, 1, height);
  }
}
