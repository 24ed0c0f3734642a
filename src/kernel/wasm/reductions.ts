/**
 * Reductions of consecutive elements, in an order that depends on their number only: leaves (`leaves.ts`) of a
 * fixed number of elements are combined by a balanced tree whose left side is the largest power of two of them. This
 * is the order that array reductions document, so both give the same bits. States are f64.
 */

import { type Callable, ModuleBuilder } from "../../wasm/module.ts";
import { type Expr, expr, f64, i32, ret } from "../../wasm/ops.ts";
import type { ElementDType } from "../ir.ts";
import { fromLibrary } from "../library.ts";
import { Code, type Host } from "../math/code.ts";
import { elementAddress } from "./elements.ts";
import { LEAST, type Leaf, Leaves, MOST, PRODUCT, type Steps } from "./leaves.ts";

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

/** Room for the states of the tree: at most 32 wait at a time. */
export const reductionScratch = (kind: ReductionKind): number => 33 * 8 * SHAPES[kind].width;

const MEMORY_PAGES = 65536;

/** Combines the state at `out` with the one behind it. */
type Merge = (c: Code, out: I32, count: I32, others: I32) => void;

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
  if (!module) {
    const make = (): WebAssembly.Module => new WebAssembly.Module(toReduction(kind, dtype));
    modules.set(key, (module = fromLibrary(`reduction ${key}`, make)));
  }
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
