/**
 * The product of matrices in one memory as WebAssembly: C += A · B. Blocks of both operands are packed into panels
 * that fit the caches, with zeros where a panel is not full, and a kernel computes one tile of C in registers. Knows
 * addresses and strides in bytes, nothing of arrays.
 *
 * K. Goto, R. A. van de Geijn: Anatomy of high-performance matrix multiplication. ACM TOMS 34(3), 2008; F. G. Van
 * Zee, R. A. van de Geijn: BLIS. ACM TOMS 41(3), 2015.
 */

import { type Callable, ModuleBuilder } from "../../../wasm/module.ts";
import {
  type Body,
  block,
  br,
  brIf,
  f32,
  f64,
  i32,
  iff,
  loop,
  type Operand,
  type Statement,
  set,
} from "../../../wasm/ops.ts";
import { type Vector, v128 } from "../../../wasm/simd.ts";
import { advance, type I32, least, range, upTo } from "./loops.ts";
import { definePack } from "./packing.ts";
import { type GemmType, LANES, TILES, VECTOR_BYTES } from "./tiles.ts";
import { defineVectorProduct } from "./vector.ts";

/** Rows of A that are packed at a time: with `DEEP` columns they fit the second-level cache. */
export const TALL = 192;
/** Products that are summed before they are added to C. */
export const DEEP = 256;
/** Columns of B that are packed at a time. */
export const WIDE = 1024;

/** Steps of the kernel in one turn of its loop. */
const UNROLL = 4;

/** A module that exports `gemm` and `multiplyVector`; see `Products` in `instance.ts`. */
export function gemmModule(type: GemmType): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder(65536);
  const tile = defineTile(m, type);
  const edge = defineEdge(m, type);
  const { rows, columns } = TILES[type];
  const packRows = definePack(m, type, rows);
  const packColumns = definePack(m, type, columns);
  defineVectorProduct(m, type);
  defineGemm(m, type, { tile, edge, packRows, packColumns });
  return m.bytes();
}

/** Adds the product of a panel of A and one of B, `depth` long, to the tile of C at `to`. */
function defineTile(m: ModuleBuilder, type: GemmType): Callable<"void"> {
  const { rows, columns, bytes } = TILES[type];
  const { add, madd, splat } = LANES[type];
  const vectors = (columns * bytes) / VECTOR_BYTES;
  const params = { a: "i32", b: "i32", to: "i32", stride: "i32", depth: "i32" } as const;
  return m.define("tile", params, "void", ({ a, b, to, stride, depth }, f) => {
    const sums = range(rows).map(() => range(vectors).map(() => f.local("v128")));
    const row = range(vectors).map(() => f.local("v128"));
    const own = f.local("v128");
    const step = (u: number): Body => [
      ...row.map((each, j) => set(each, v128.load(b, u * columns * bytes + j * VECTOR_BYTES))),
      ...sums.flatMap((line, i) => [
        set(own, splat(a, (u * rows + i) * bytes)),
        ...line.map((sum, j) => set(sum, madd(own, row[j] as Vector, sum))),
      ]),
    ];
    const steps = (count: number): Body => [
      ...range(count).flatMap(step),
      advance(a, count * rows * bytes),
      advance(b, count * columns * bytes),
      set(depth, i32.sub(depth, count)),
    ];
    const repeat = (count: number): Statement =>
      block((done) => [
        loop((again) => [brIf(done, i32.ltU(depth, count)), ...steps(count), br(again)]),
      ]);
    return [
      repeat(UNROLL),
      repeat(1),
      ...sums.flatMap((line) => [
        ...line.map((sum, j) =>
          v128.store(to, add(v128.load(to, j * VECTOR_BYTES), sum), j * VECTOR_BYTES),
        ),
        advance(to, stride),
      ]),
    ];
  });
}

/** Adds the first `height` rows and `width` columns of a tile at `from` to C at `to`. */
function defineEdge(m: ModuleBuilder, type: GemmType): Callable<"void"> {
  const { columns, bytes } = TILES[type];
  const params = { from: "i32", to: "i32", stride: "i32", height: "i32", width: "i32" } as const;
  return m.define("edge", params, "void", ({ from, to, stride, height, width }, f) => {
    const { i, j } = f.locals({ i: "i32", j: "i32" });
    const at = (base: I32): I32 => i32.add(base, i32.mul(j, bytes));
    const added: Record<GemmType, () => Statement> = {
      f64: () => f64.store(at(to), f64.add(f64.load(at(to)), f64.load(at(from)))),
      f32: () => f32.store(at(to), f32.add(f32.load(at(to)), f32.load(at(from)))),
      i32: () => i32.store(at(to), i32.add(i32.load(at(to)), i32.load(at(from)))),
    };
    return [
      upTo(i, height, 1, [
        upTo(j, width, 1, [added[type]()]),
        advance(from, columns * bytes),
        advance(to, stride),
      ]),
    ];
  });
}

interface Parts {
  readonly tile: Callable<"void">;
  readonly edge: Callable<"void">;
  readonly packRows: Callable<"void">;
  readonly packColumns: Callable<"void">;
}

function defineGemm(m: ModuleBuilder, type: GemmType, parts: Parts): void {
  const { rows, columns, bytes } = TILES[type];
  const tileBytes = rows * columns * bytes;
  // A panel of A passes by all tiles of some rows and `width` columns.
  const band = m.define(
    "band",
    {
      a: "i32",
      b: "i32",
      c: "i32",
      stride: "i32",
      height: "i32",
      width: "i32",
      depth: "i32",
      spare: "i32",
    },
    "void",
    ({ a, b, c, stride, height, width, depth, spare }, f) => {
      const { i, own, to, inner } = f.locals({ i: "i32", own: "i32", to: "i32", inner: "i32" });
      return [
        set(own, a),
        set(to, c),
        upTo(i, height, rows, [
          set(inner, i32.sub(height, i)),
          iff(
            i32.and(i32.geU(inner, rows), i32.geU(width, columns)),
            [parts.tile(own, b, to, stride, depth)],
            [
              ...range(tileBytes / 16).map((v) =>
                v128.store(spare, v128.const(new Uint8Array(16)), 16 * v),
              ),
              parts.tile(own, b, spare, columns * bytes, depth),
              parts.edge(spare, to, stride, least(inner, rows), least(width, columns)),
            ],
          ),
          advance(own, i32.mul(depth, rows * bytes)),
          advance(to, i32.mul(stride, rows)),
        ]),
      ];
    },
  );
  m.export(
    "gemm",
    {
      a: "i32",
      aRow: "i32",
      aColumn: "i32",
      b: "i32",
      bRow: "i32",
      bColumn: "i32",
      c: "i32",
      cRow: "i32",
      m: "i32",
      n: "i32",
      k: "i32",
      scratch: "i32",
    },
    "void",
    (p, f) => {
      const { jc, pc, ic, j, width, depth, height, packedA, packedB, corner } = f.locals({
        jc: "i32",
        pc: "i32",
        ic: "i32",
        j: "i32",
        width: "i32",
        depth: "i32",
        height: "i32",
        packedA: "i32",
        packedB: "i32",
        corner: "i32",
      });
      const place = (base: I32, i: I32, row: I32, k: I32, column: Operand<"i32">): I32 =>
        i32.add(base, i32.add(i32.mul(i, row), i32.mul(k, column)));
      return [
        set(packedA, i32.add(p.scratch, tileBytes)),
        set(
          packedB,
          i32.add(
            packedA,
            i32.mul(panelled(least(p.m, TALL), rows), i32.mul(least(p.k, DEEP), bytes)),
          ),
        ),
        upTo(jc, p.n, WIDE, [
          set(width, least(i32.sub(p.n, jc), WIDE)),
          upTo(pc, p.k, DEEP, [
            set(depth, least(i32.sub(p.k, pc), DEEP)),
            parts.packColumns(
              place(p.b, pc, p.bRow, jc, p.bColumn),
              packedB,
              width,
              depth,
              p.bColumn,
              p.bRow,
            ),
            upTo(ic, p.m, TALL, [
              set(height, least(i32.sub(p.m, ic), TALL)),
              parts.packRows(
                place(p.a, ic, p.aRow, pc, p.aColumn),
                packedA,
                height,
                depth,
                p.aRow,
                p.aColumn,
              ),
              set(corner, place(p.c, ic, p.cRow, jc, bytes)),
              upTo(j, width, columns, [
                band(
                  packedA,
                  i32.add(packedB, i32.mul(j, i32.mul(depth, bytes))),
                  i32.add(corner, i32.mul(j, bytes)),
                  p.cRow,
                  height,
                  i32.sub(width, j),
                  depth,
                  p.scratch,
                ),
              ]),
            ]),
          ]),
        ]),
      ];
    },
  );
}

/** The next multiple of `panel`. */
const panelled = (count: I32, panel: number): I32 =>
  i32.mul(i32.divU(i32.add(count, panel - 1), panel), panel);

/** Bytes of scratch memory for matrices of these sizes. */
export function gemmScratch(type: GemmType, m: number, n: number, k: number): number {
  const { rows, columns, bytes } = TILES[type];
  const up = (count: number, panel: number): number => Math.ceil(count / panel) * panel;
  const depth = Math.min(k, DEEP);
  const a = up(Math.min(m, TALL), rows) * depth;
  const b = up(Math.min(n, WIDE), columns) * depth;
  return (rows * columns + a + b) * bytes;
}
