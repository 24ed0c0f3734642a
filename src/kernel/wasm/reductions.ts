/**
 * Reductions of consecutive elements, in an order that depends on their number only. A leaf of elements has eight
 * accumulators, of which each takes every eighth element (the first one also the rest), joined two by two;
 * leaves are combined by a balanced tree whose left side is the largest power of two of them. This is the order
 * that array reductions document, so both give the same bits. States are f64.
 */

import { type Callable, ModuleBuilder } from "../../wasm/module.ts";
import {
  type Body,
  brIf,
  type Expr,
  expr,
  f64,
  i32,
  iff,
  type Local,
  loop,
  ret,
  set,
} from "../../wasm/ops.ts";
import { f64x2 as F, type Vector } from "../../wasm/simd.ts";
import { type ElementDType, valueTypeOf } from "../ir.ts";
import { Code, type Host } from "../math/code.ts";
import { bytesOf, elementAddress, loadElement, loadElements } from "./elements.ts";
import { LaneOperations } from "./lanes.ts";
import { ScalarOperations } from "./scalar.ts";

type F64 = Expr<"f64">;
type I32 = Expr<"i32">;

/**
 * `moments` are the mean and the sum of squared distances from it; `norm` the sums of squares of large numbers
 * (scaled down), of ordinary ones, and of small ones (scaled up).
 */
export type ReductionKind = "sum" | "prod" | "min" | "max" | "moments" | "norm";

interface Shape {
  /** Numbers of a state. */
  readonly width: number;
  readonly leaf: number;
}

const SHAPES: Readonly<Record<ReductionKind, Shape>> = {
  sum: { width: 1, leaf: 1024 },
  prod: { width: 1, leaf: 512 },
  min: { width: 1, leaf: 8192 },
  max: { width: 1, leaf: 8192 },
  moments: { width: 2, leaf: 2048 },
  norm: { width: 3, leaf: 512 },
};

/** Elements that are summed before their sum joins that of others. */
const BLOCK = 128;
const LANES = 8;

/** Room for the states of the tree: at most 32 wait at a time. */
export const reductionScratch = (kind: ReductionKind): number => 33 * 8 * SHAPES[kind].width;

const MEMORY_PAGES = 65536;

/** Writes the leaf of elements from `start` up to `end` (addresses, not equal) to a state. */
type Leaf = (c: Code, start: I32, end: I32, n: I32, out: I32) => void;
/** Combines the state at `out` with the one behind it. */
type Merge = (c: Code, out: I32, count: I32, others: I32) => void;

/** Two accumulators a vector. */
interface Steps {
  readonly start: number;
  readonly lanes: (sum: Vector, x: Vector) => Vector;
  readonly single: (sum: F64, x: F64) => F64;
}

const SUM: Steps = { start: 0, lanes: F.add, single: f64.add };
const PRODUCT: Steps = { start: 1, lanes: F.mul, single: f64.mul };
const LEAST: Steps = { start: Number.POSITIVE_INFINITY, lanes: F.min, single: f64.min };
const MOST: Steps = { start: Number.NEGATIVE_INFINITY, lanes: F.max, single: f64.max };

class Leaves {
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
        c.emit(set(at, i32.add(at, size)), brIf(again, i32.ltU(at, end)));
      }),
    );
    c.when(i32.ltU(at, end), () => c.emit(run));
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
          const rest = i32.sub(end, from);
          const length = c.let(i32.sub(rest, 0));
          c.when(i32.gtU(length, bytes), () => c.emit(set(length, i32.const(bytes))));
          const to = c.let(i32.add(from, length));
          const sum = this.accumulate(c, from, to, SUM, AS_IS);
          c.emit(set(total, f64.add(total, sum)), set(from, to), brIf(again, i32.ltU(from, end)));
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

/** Each number of the state with the one of the other. */
const mergeEach =
  (width: number, single: Steps["single"]): Merge =>
  (c, out) => {
    for (let k = 0; k < width; k++) {
      const merged = single(f64.load(out, 8 * k), f64.load(out, 8 * (width + k)));
      c.emit(f64.store(out, merged, 8 * k));
    }
  };

/** T. F. Chan, G. H. Golub, R. J. LeVeque: COMPSTAT 1982. */
const mergeMoments: Merge = (c, out, count, others) => {
  const n = c.let(f64.fromI32(count));
  const m = c.let(f64.fromI32(others));
  const share = c.let(f64.div(m, f64.add(n, m)));
  const mean = c.let(f64.load(out));
  const distance = c.let(f64.sub(f64.load(out, 16), mean));
  const between = f64.mul(f64.mul(f64.mul(distance, distance), n), share);
  c.emit(
    f64.store(out, f64.add(mean, f64.mul(distance, share))),
    f64.store(out, f64.add(f64.load(out, 8), f64.add(f64.load(out, 24), between)), 8),
  );
};

function partsOf(kind: ReductionKind, dtype: ElementDType): { leaf: Leaf; merge: Merge } {
  const leaves = new Leaves(dtype);
  switch (kind) {
    case "sum":
      return { leaf: leaves.sum(), merge: mergeEach(1, f64.add) };
    case "prod":
      return { leaf: leaves.plain(PRODUCT), merge: mergeEach(1, f64.mul) };
    case "min":
      return { leaf: leaves.plain(LEAST), merge: mergeEach(1, f64.min) };
    case "max":
      return { leaf: leaves.plain(MOST), merge: mergeEach(1, f64.max) };
    case "moments":
      return { leaf: leaves.moments(), merge: mergeMoments };
    case "norm":
      return { leaf: leaves.norm(), merge: mergeEach(3, f64.add) };
  }
}

/** A module whose `run(address, n, out)` writes the state of `n` elements (at least one) to `out`. */
export function toReduction(kind: ReductionKind, dtype: ElementDType): Uint8Array<ArrayBuffer> {
  const { width, leaf } = SHAPES[kind];
  const parts = partsOf(kind, dtype);
  const m = new ModuleBuilder(MEMORY_PAGES);
  const noHost = {} as Host; // no function of Math is used
  const params = { address: "i32", n: "i32", out: "i32" } as const;
  const one = m.define("leaf", params, "void", ({ address, n, out }, scope) => {
    const c = new Code(scope, noHost);
    const end = c.let(elementAddress(dtype, address, n));
    parts.leaf(c, address, end, n, out);
    return c.body();
  });
  let run: Callable<"void"> | undefined;
  const again = (...args: I32[]): Expr<"void"> =>
    expr("void", (to) => (run as Callable<"void">)(...args).emit(to));
  run = m.export("run", params, "void", ({ address, n, out }, scope) => {
    const c = new Code(scope, noHost);
    c.when(i32.leU(n, leaf), () => c.emit(one(address, n, out), ret()));
    const leaves = i32.divU(i32.add(n, leaf - 1), leaf);
    const left = c.let(i32.shl(leaf, i32.sub(31, i32.clz(i32.sub(leaves, 1)))));
    const right = c.let(i32.sub(n, left));
    c.emit(again(address, left, out));
    c.emit(again(elementAddress(dtype, address, left), right, i32.add(out, 8 * width)));
    parts.merge(c, out, left, right);
    return c.body();
  });
  return m.bytes();
}

const modules = new Map<string, WebAssembly.Module>();

/** The compiled reduction; may be sent to other threads. */
export function reductionModule(kind: ReductionKind, dtype: ElementDType): WebAssembly.Module {
  const key = `${kind} ${dtype}`;
  let module = modules.get(key);
  if (!module) modules.set(key, (module = new WebAssembly.Module(toReduction(kind, dtype))));
  return module;
}

/** Writes the state of `n` elements at `address` to `out`, where there is room for `reductionScratch` bytes. */
export type Reduce = (address: number, n: number, out: number) => void;

const instances = new WeakMap<WebAssembly.Memory, WeakMap<WebAssembly.Module, Reduce>>();

export function instantiateReduction(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Reduce {
  let own = instances.get(memory);
  if (!own) instances.set(memory, (own = new WeakMap()));
  let reduce = own.get(module);
  if (!reduce) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const { run } = exports as { run: (address: number, n: number, out: number) => number };
    reduce = (address, n, out) => void run(address, n, out);
    own.set(module, reduce);
  }
  return reduce;
}

/** The state of `n` elements (at least one), computed in this thread. */
export function reduceElements(
  kind: ReductionKind,
  dtype: ElementDType,
  memory: WebAssembly.Memory,
  address: number,
  n: number,
  scratch: number,
): Float64Array {
  instantiateReduction(reductionModule(kind, dtype), memory)(address, n, scratch);
  return new Float64Array(memory.buffer, scratch, SHAPES[kind].width).slice();
}
