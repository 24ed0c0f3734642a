/** Loops of the products, as WebAssembly. */

import {
  type Body,
  block,
  br,
  brIf,
  type Expr,
  i32,
  type Local,
  loop,
  type Operand,
  type Statement,
  select,
  set,
} from "../../../wasm/ops.ts";

export type I32 = Expr<"i32">;

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const least = (a: I32, b: Operand<"i32">): I32 => select(i32.ltU(a, b), a, b);
export const advance = (at: Local<"i32">, by: Operand<"i32">): Statement =>
  set(at, i32.add(at, by));
/** The body for 0, `step`, … below `end`. */
export const upTo = (at: Local<"i32">, end: I32, step: Operand<"i32">, body: Body): Statement =>
  block((done) => [
    set(at, 0),
    loop((again) => [brIf(done, i32.geU(at, end)), ...body, advance(at, step), br(again)]),
  ]);
