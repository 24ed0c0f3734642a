/** What products of matrices have for each type of element: lanes of vectors, and the tile that fits the registers. */

import { f32, f64, i32, type Operand, type Statement } from "../../../wasm/ops.ts";
import { f32x4, f64x2, i32x4, type Vector, v128 } from "../../../wasm/simd.ts";

/** Elements of the matrices; integers wrap. */
export type GemmType = "f64" | "f32" | "i32";

/** Rows and columns of a tile, and bytes of an element. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly bytes: number;
}

/** As many sums as there are registers beside what is multiplied. */
export const TILES: Readonly<Record<GemmType, Tile>> = {
  f64: { rows: 6, columns: 4, bytes: 8 },
  f32: { rows: 6, columns: 8, bytes: 4 },
  i32: { rows: 4, columns: 8, bytes: 4 },
};

export const VECTOR_BYTES = 16;

export interface Lanes {
  readonly add: (a: Vector, b: Vector) => Vector;
  /** `a · b + c`. */
  readonly madd: (a: Vector, b: Vector, c: Vector) => Vector;
  /** One element of memory in all lanes. */
  readonly splat: (address: Operand<"i32">, offset: number) => Vector;
  /** Adds all lanes to an element of memory. */
  readonly sum: (to: Operand<"i32">, lanes: Vector) => Statement;
}

export const LANES: Readonly<Record<GemmType, Lanes>> = {
  f64: {
    add: f64x2.add,
    madd: f64x2.relaxedMadd,
    splat: v128.load64Splat,
    sum: (to, lanes) =>
      f64.store(
        to,
        f64.add(f64.load(to), f64.add(f64x2.extract(lanes, 0), f64x2.extract(lanes, 1))),
      ),
  },
  f32: {
    add: f32x4.add,
    madd: f32x4.relaxedMadd,
    splat: v128.load32Splat,
    sum: (to, lanes) => {
      const lane = (at: number) => f32x4.extract(lanes, at);
      const halves = f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)));
      return f32.store(to, f32.add(f32.load(to), halves));
    },
  },
  i32: {
    add: i32x4.add,
    madd: (a, b, c) => i32x4.add(i32x4.mul(a, b), c),
    splat: v128.load32Splat,
    sum: (to, lanes) => {
      const lane = (at: number) => i32x4.extract(lanes, at);
      const halves = i32.add(i32.add(lane(0), lane(1)), i32.add(lane(2), lane(3)));
      return i32.store(to, i32.add(i32.load(to), halves));
    },
  },
};
