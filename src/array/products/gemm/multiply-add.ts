/**
 * Adds the product of two matrices to a third with WebAssembly, whatever their dtypes, strides and memory. Parts of
 * what is not in the memory of the computation, or has another dtype, are brought there and back.
 */

import { elementOf, type TypedArray } from "../../../memory/dtype.ts";
import { copyInto } from "../../copy.ts";
import { part, rowMajor, type Strided } from "../../strided.ts";
import { type Gemm, gemmOn } from "./instance.ts";
import { type GemmType, gemmScratch, TALL, WIDE } from "./module.ts";
import { type Workspace, workspaceFor } from "./workspace.ts";

/** Rows of a part: packed columns of B serve all of them. */
const MOST_ROWS = 8 * TALL;
/** Products that are summed in a part. */
const MOST_DEPTH = 1024;

/** Matrices are views of two dimensions: `out` is m × n, `a` m × k, `b` k × n. They do not overlap. */
export function multiplyAdd(type: GemmType, out: Strided, a: Strided, b: Strided): void {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1] as number;
  if (m === 0 || n === 0 || k === 0) return;
  using space = workspaceFor(out);
  const rows = Math.min(m, MOST_ROWS);
  const columns = Math.min(n, WIDE);
  const depth = Math.min(k, MOST_DEPTH);
  const gemm = gemmOn(space.memory, type);
  const scratch = space.take(gemmScratch(type, rows, columns, depth));
  const [c, left, right] = [
    new Desk(space, type, out, rows, columns, true),
    new Desk(space, type, a, rows, depth, false),
    new Desk(space, type, b, depth, columns, false),
  ];
  for (let j = 0; j < n; j += columns) {
    const width = Math.min(columns, n - j);
    for (let i = 0; i < m; i += rows) {
      const height = Math.min(rows, m - i);
      const target = c.bring(i, j, height, width);
      for (let p = 0; p < k; p += depth) {
        const length = Math.min(depth, k - p);
        call(
          gemm,
          left.bring(i, p, height, length),
          right.bring(p, j, length, width),
          target,
          scratch,
        );
      }
      c.giveBack(i, j, height, width);
    }
  }
}

/** A part of a matrix in the memory: its address and strides in bytes. */
interface Placed {
  readonly address: number;
  readonly row: number;
  readonly column: number;
  readonly shape: readonly [number, number];
}

function call(gemm: Gemm, a: Placed, b: Placed, c: Placed, scratch: number): void {
  const [m, n] = c.shape;
  gemm(
    a.address,
    a.row,
    a.column,
    b.address,
    b.row,
    b.column,
    c.address,
    c.row,
    m,
    n,
    a.shape[1],
    scratch,
  );
}

/** One of the matrices, and room for a part of it where that must be brought. */
class Desk {
  readonly #matrix: Strided;
  readonly #bytes: number;
  readonly #start: number | undefined;
  readonly #type: GemmType;
  readonly #memory: WebAssembly.Memory;
  #room = 0;
  /** What was brought last. */
  #key = "";

  /** `inRows`: elements of a row must be neighbours. */
  constructor(
    space: Workspace,
    type: GemmType,
    matrix: Strided,
    rows: number,
    columns: number,
    inRows: boolean,
  ) {
    this.#matrix = matrix;
    this.#type = type;
    this.#memory = space.memory;
    this.#bytes = elementOf(type).size;
    const hasRows = matrix.strides[1] === 1 || matrix.shape[1] === 1;
    const isDirect = matrix.dtype === type && (hasRows || !inRows);
    this.#start = isDirect ? space.addressOf(matrix) : undefined;
    if (this.#start === undefined) this.#room = space.take(rows * columns * this.#bytes);
  }

  bring(row: number, column: number, height: number, width: number): Placed {
    const shape = [height, width] as const;
    const bytes = this.#bytes;
    if (this.#start !== undefined) {
      const [rowStride, columnStride] = this.#matrix.strides as [number, number];
      return {
        address: this.#start + (row * rowStride + column * columnStride) * bytes,
        row: rowStride * bytes,
        column: columnStride * bytes,
        shape,
      };
    }
    const key = `${row}:${column}`;
    if (this.#key !== key) copyInto(this.#own(shape), part(this.#matrix, [row, column], shape));
    this.#key = key;
    return { address: this.#room, row: width * bytes, column: bytes, shape };
  }

  giveBack(row: number, column: number, height: number, width: number): void {
    if (this.#start !== undefined) return;
    const shape = [height, width];
    copyInto(part(this.#matrix, [row, column], shape), this.#own(shape));
  }

  #own(shape: readonly number[]): Strided {
    const [height, width] = shape as [number, number];
    const { array: Class } = elementOf(this.#type);
    const data: TypedArray = new Class(this.#memory.buffer, this.#room, height * width);
    return rowMajor(data as Strided["data"], shape, this.#type);
  }
}
