/**
 * The product of a matrix and a vector as WebAssembly: y += A · x. Runs through the matrix once, along its rows where
 * their elements are neighbours, else along its columns.
 */

import type { Callable, ModuleBuilder } from "../../../wasm/module.ts";
import {
  type Body,
  block,
  br,
  brIf,
  f32,
  f64,
  i32,
  iff,
  type Local,
  loop,
  type Statement,
  set,
} from "../../../wasm/ops.ts";
import { v128 } from "../../../wasm/simd.ts";
import { advance, type I32, range } from "./loops.ts";
import { type GemmType, LANES, TILES, VECTOR_BYTES } from "./tiles.ts";

/** Sums side by side, so that additions do not wait for one another; and columns at a time. */
const AT_ONCE = 4;

/** The body as long as there are `step` bytes up to `end`; it advances `at`. */
const whileRoom = (at: Local<"i32">, end: I32, step: number, body: Body): Statement =>
  block((done) => [
    loop((again) => [brIf(done, i32.ltU(i32.sub(end, at), step)), ...body, br(again)]),
  ]);

/** `to` += `a` · `b`, of single elements. */
const addProduct: Readonly<Record<GemmType, (to: I32, a: I32, b: I32) => Statement>> = {
  f64: (to, a, b) => f64.store(to, f64.add(f64.load(to), f64.mul(f64.load(a), f64.load(b)))),
  f32: (to, a, b) => f32.store(to, f32.add(f32.load(to), f32.mul(f32.load(a), f32.load(b)))),
  i32: (to, a, b) => i32.store(to, i32.add(i32.load(to), i32.mul(i32.load(a), i32.load(b)))),
};

/** Exports `multiplyVector`; elements of x and of y are neighbours, and those of the rows or the columns of A. */
export function defineVectorProduct(m: ModuleBuilder, type: GemmType): void {
  const { bytes } = TILES[type];
  const row = defineRow(m, type);
  const columns = [AT_ONCE, 1].map((count) => defineColumns(m, type, count));
  const params = {
    a: "i32",
    aRow: "i32",
    aColumn: "i32",
    x: "i32",
    y: "i32",
    m: "i32",
    k: "i32",
  } as const;
  m.export("multiplyVector", params, "void", ({ a, aRow, aColumn, x, y, m: rows, k }, f) => {
    const end = f.local("i32");
    return [
      iff(
        i32.eq(aColumn, bytes),
        [
          set(end, i32.add(y, i32.mul(rows, bytes))),
          whileRoom(y, end, bytes, [row(a, x, y, k), advance(a, aRow), advance(y, bytes)]),
        ],
        [
          set(end, i32.add(x, i32.mul(k, bytes))),
          ...[AT_ONCE, 1].map((count, at) =>
            whileRoom(x, end, count * bytes, [
              (columns[at] as Callable<"void">)(a, aColumn, x, y, rows),
              advance(a, i32.mul(aColumn, count)),
              advance(x, count * bytes),
            ]),
          ),
        ],
      ),
    ];
  });
}

/** Adds the product of a row and x to one element. */
function defineRow(m: ModuleBuilder, type: GemmType): Callable<"void"> {
  const { bytes } = TILES[type];
  const { add, madd, sum } = LANES[type];
  const params = { a: "i32", x: "i32", to: "i32", k: "i32" } as const;
  return m.define("row", params, "void", ({ a, x, to, k }, f) => {
    const sums = range(AT_ONCE).map(() => f.local("v128"));
    const end = f.local("i32");
    const steps = (count: number): Statement =>
      whileRoom(a, end, count * VECTOR_BYTES, [
        ...sums.slice(0, count).map((own, i) => {
          const at = i * VECTOR_BYTES;
          return set(own, madd(v128.load(a, at), v128.load(x, at), own));
        }),
        advance(a, count * VECTOR_BYTES),
        advance(x, count * VECTOR_BYTES),
      ]);
    const [s0, s1, s2, s3] = sums as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
    return [
      set(end, i32.add(a, i32.mul(k, bytes))),
      steps(AT_ONCE),
      steps(1),
      sum(to, add(add(s0, s1), add(s2, s3))),
      whileRoom(a, end, bytes, [addProduct[type](to, a, x), advance(a, bytes), advance(x, bytes)]),
    ];
  });
}

/** Adds `count` columns, each times its element of x, to y. */
function defineColumns(m: ModuleBuilder, type: GemmType, count: number): Callable<"void"> {
  const { bytes } = TILES[type];
  const { madd, splat } = LANES[type];
  const params = { a: "i32", aColumn: "i32", x: "i32", y: "i32", m: "i32" } as const;
  return m.define(`columns${count}`, params, "void", ({ a, aColumn, x, y, m: rows }, f) => {
    const factors = range(count).map(() => f.local("v128"));
    const at = range(count).map(() => f.local("i32"));
    const { end } = f.locals({ end: "i32" });
    const next = (by: number): Body => [...at.map((own) => advance(own, by)), advance(y, by)];
    const own = f.local("v128");
    return [
      ...factors.map((factor, i) => set(factor, splat(x, i * bytes))),
      ...at.map((column, i) => set(column, i32.add(a, i32.mul(aColumn, i)))),
      set(end, i32.add(y, i32.mul(rows, bytes))),
      whileRoom(y, end, VECTOR_BYTES, [
        set(own, v128.load(y)),
        ...factors.map((factor, i) => set(own, madd(v128.load(at[i] as I32), factor, own))),
        v128.store(y, own),
        ...next(VECTOR_BYTES),
      ]),
      whileRoom(y, end, bytes, [
        ...at.map((column, i) => addProduct[type](y, column, i32.add(x, i * bytes))),
        ...next(bytes),
      ]),
    ];
  });
}
