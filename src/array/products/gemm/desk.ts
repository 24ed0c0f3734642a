/** A matrix in the memory of a computation: where it is, or where parts of it are brought one after the other. */

import { elementOf, type TypedArray } from "../../../memory/dtype.ts";
import { copyInto } from "../../copy.ts";
import { part, rowMajor, type Strided } from "../../strided.ts";
import type { GemmType } from "./tiles.ts";
import type { Workspace } from "./workspace.ts";

/** A part of a matrix in the memory: its address and strides in bytes. */
export interface Placed {
  readonly address: number;
  readonly row: number;
  readonly column: number;
  readonly shape: readonly [number, number];
}

/** What must be neighbours for a matrix to be used where it is: nothing, the elements of a row, of a row or a column. */
export type Neighbours = "none" | "rows" | "lines";

/** One of the matrices, and room for a part of it where that must be brought. */
export class Desk {
  readonly #matrix: Strided;
  readonly #bytes: number;
  readonly #start: number | undefined;
  readonly #type: GemmType;
  readonly #memory: WebAssembly.Memory;
  #room = 0;
  /** What was brought last. */
  #key = "";

  constructor(
    space: Workspace,
    type: GemmType,
    matrix: Strided,
    rows: number,
    columns: number,
    neighbours: Neighbours,
  ) {
    this.#matrix = matrix;
    this.#type = type;
    this.#memory = space.memory;
    this.#bytes = elementOf(type).size;
    const hasRows = matrix.strides[1] === 1 || matrix.shape[1] === 1;
    const hasColumns = matrix.strides[0] === 1 || matrix.shape[0] === 1;
    const isFit = neighbours === "none" || hasRows || (neighbours === "lines" && hasColumns);
    this.#start = isFit && matrix.dtype === type ? space.addressOf(matrix) : undefined;
    if (this.#start === undefined) this.#room = space.take(rows * columns * this.#bytes);
  }

  /** It is in the memory, all of it. */
  get isThere(): boolean {
    return this.#start !== undefined;
  }

  /** The part that begins at `row` and `column`. */
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

  /** The part that was brought has changed. */
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
