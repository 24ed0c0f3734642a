/**
 * Leaves of reductions: the states of a few hundred or thousand elements. Eight accumulators take every eighth element
 * each (the first one also the rest) and are joined two by two. Elements count as f64.
 */

import type { Callable } from "../../wasm/module.ts";
import {
  type Body,
  brIf,
  type Expr,
  f64,
  i32,
  iff,
  type Local,
  loop,
  set,
} from "../../wasm/ops.ts";
import { f64x2 as F, type Vector } from "../../wasm/simd.ts";
import { type ElementDType, valueTypeOf } from "../ir.ts";
import type { Code } from "../math/code.ts";
import { bytesOf, loadElement, loadElements } from "./elements.ts";
import { LaneOperations } from "./lanes.ts";
import { ScalarOperations } from "./scalar.ts";

type F64 = Expr<"f64">;
type I32 = Expr<"i32">;

/** Elements that are summed before their sum joins that of others. */
const BLOCK = 128;
const LANES = 8;

/** Writes the leaf of elements from `start` up to `end` (addresses, not equal) to a state. */
export type Leaf = (c: Code, start: I32, end: I32, n: I32, out: I32) => void;
/** Two accumulators a vector. */
export interface Steps {
  readonly start: number;
  readonly lanes: (sum: Vector, x: Vector) => Vector;
  readonly single: (sum: F64, x: F64) => F64;
}

export const SUM: Steps = { start: 0, lanes: F.add, single: f64.add };
export const PRODUCT: Steps = { start: 1, lanes: F.mul, single: f64.mul };
export const LEAST: Steps = { start: Number.POSITIVE_INFINITY, lanes: F.min, single: f64.min };
export const MOST: Steps = { start: Number.NEGATIVE_INFINITY, lanes: F.max, single: f64.max };

export class Leaves {
  readonly #dtype: ElementDType;

  constructor(dtype: ElementDType) {
    this.#dtype = dtype;
  }

  /** An element as f64. */
  element(c: Code, address: I32): F64 {
    const value = loadElement(this.#dtype, address);
    const unused = undefined as unknown as Callable<"f64">; // there is no remainder here
    return new ScalarOperations(c, unused).cast(valueTypeOf(this.#dtype), "f64", value) as F64;
  }

  /** `turn` for the address of each element. */
  each(c: Code, from: I32, end: I32, turn: (address: Local<"i32">) => void): void {
    const at = c.let(from);
    const size = bytesOf(this.#dtype);
    const run = loop((again) =>
      c.nested(() => {
        turn(at);
        c.emit(set(at, i32.add(at, size)), brIf(again, i32.ne(at, end)));
      }),
    );
    c.when(i32.ne(at, end), () => c.emit(run));
  }

  /** The eight accumulators joined. `of` is applied to the elements first. */
  accumulate(
    c: Code,
    from: I32,
    end: I32,
    { start, lanes, single }: Steps,
    of: { lanes(x: Vector): Vector; single(x: F64): F64 },
  ): Local<"f64"> {
    const dtype = this.#dtype;
    const sums = Array.from({ length: LANES / 2 }, () => c.let(c.f64(start)));
    const at = c.let(from);
    const bytes = LANES * bytesOf(dtype);
    const on = new LaneOperations(c, LANES);
    const run = loop((again) =>
      c.nested(() => {
        const bundle = loadElements(on, dtype, at, LANES);
        const { vectors } = on.cast(valueTypeOf(dtype), "f64", bundle);
        sums.forEach((sum, k) => {
          c.emit(set(sum, lanes(sum, of.lanes(vectors[k] as Vector))));
        });
        c.emit(set(at, i32.add(at, bytes)));
        c.emit(brIf(again, i32.geU(i32.sub(end, at), bytes)));
      }),
    );
    c.when(i32.geU(i32.sub(end, at), bytes), () => c.emit(run));
    const [a, b, d, e] = sums as unknown as [Vector, Vector, Vector, Vector];
    const first = c.let(F.extract(a, 0));
    this.each(c, at, end, (address) => {
      c.emit(set(first, single(first, of.single(this.element(c, address)))));
    });
    const pairs = c.let(lanes(lanes(F.replace(a, 0, first), d), lanes(b, e)));
    return c.let(single(F.extract(pairs, 0), F.extract(pairs, 1)));
  }

  /** One value: what is accumulated. */
  plain(steps: Steps): Leaf {
    return (c, start, end, _, out) =>
      c.emit(f64.store(out, this.accumulate(c, start, end, steps, AS_IS)));
  }

  /** Sums of blocks, one after the other. */
  sum(): Leaf {
    return (c, start, end, _, out) => {
      const total = c.let(f64.const(0));
      const from = c.let(start);
      const bytes = BLOCK * bytesOf(this.#dtype);
      const run = loop((again) =>
        c.nested(() => {
          const length = c.let(i32.sub(end, from));
          c.when(i32.gtU(length, bytes), () => c.emit(set(length, i32.const(bytes))));
          const to = c.let(i32.add(from, length));
          const sum = this.accumulate(c, from, to, SUM, AS_IS);
          c.emit(set(total, f64.add(total, sum)), set(from, to), brIf(again, i32.ne(from, end)));
        }),
      );
      c.emit(run, f64.store(out, total));
    };
  }

  /** The elements are still in the cache when they are read a second time. */
  moments(): Leaf {
    return (c, start, end, n, out) => {
      const total = this.accumulate(c, start, end, SUM, AS_IS);
      const mean = c.let(f64.div(total, f64.fromI32(n)));
      const means = c.let(F.splat(mean));
      const squares = this.accumulate(c, start, end, SUM, {
        lanes: (x) => {
          const distance = c.let(F.sub(x, means));
          return F.mul(distance, distance);
        },
        single: (x) => {
          const distance = c.let(f64.sub(x, mean));
          return f64.mul(distance, distance);
        },
      });
      c.emit(f64.store(out, mean), f64.store(out, squares, 8));
    };
  }

  /** Squares of numbers that are neither large nor small; otherwise one by one, each where it belongs. */
  norm(): Leaf {
    return (c, start, end, _, out) => {
      const square = {
        lanes: (x: Vector): Vector => {
          const own = c.let(x);
          return F.mul(own, own);
        },
        single: (x: F64): F64 => {
          const own = c.let(x);
          return f64.mul(own, own);
        },
      };
      const middle = this.accumulate(c, start, end, SUM, square);
      const [large, small] = [c.let(f64.const(0)), c.let(f64.const(0))];
      const isOrdinary = i32.and(f64.gt(middle, 2 ** -900), f64.lt(middle, 2 ** 972));
      c.when(i32.eqz(isOrdinary), () => {
        c.emit(set(middle, f64.const(0)));
        this.each(c, start, end, (address) => {
          const x = c.let(f64.abs(this.element(c, address)));
          const add = (sum: Local<"f64">, factor: number): Body => {
            const y = f64.mul(x, factor);
            return [set(sum, f64.add(sum, f64.mul(y, y)))];
          };
          const isSmall = iff(f64.lt(x, 2 ** -511), add(small, 2 ** 600), add(middle, 1));
          c.emit(iff(f64.gt(x, 2 ** 486), add(large, 2 ** -600), [isSmall]));
        });
      });
      [large, middle, small].forEach((sum, k) => {
        c.emit(f64.store(out, sum, 8 * k));
      });
    };
  }
}

const AS_IS = { lanes: (x: Vector): Vector => x, single: (x: F64): F64 => x };
