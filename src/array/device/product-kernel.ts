/**
 * The product of matrices on a device. A group makes a tile of 64 × 64 results; its items load tiles of both operands
 * into memory that they share, and each makes 4 × 4 results in registers. (V. Volkov, J. W. Demmel: Benchmarking GPUs
 * to tune dense linear algebra. SC 2008.)
 */

import { barrier, groupIndex, local, localIndex } from "../../kernel/intrinsics.ts";

interface Elements {
  [index: number]: number;
}

/** Rows and columns of a tile. */
export const TILE = 64;
/** Items of a group. */
export const GROUP = 256;

/** Sets a result, if it is one of `m` rows and `n` columns. */
function put(
  O: Elements,
  C: Elements,
  isAdded: number,
  from: number,
  m: number,
  n: number,
  row: number,
  column: number,
  value: number,
): void {
  if (row < m && column < n) {
    const at = from + row * n + column;
    O[at] = isAdded === 1 ? (C[at] as number) + value : value;
  }
}

/**
 * Stacks of products of `m` rows, `n` columns and `k` terms, each added to `C` where `isAdded` is 1. Elements of `A` are
 * `ar` apart along rows, `ak` along terms and `ab` from one matrix to the next; so are those of `B` by `bk`, `bc`, `bb`.
 */
export function multiply(
  O: Elements,
  A: Elements,
  B: Elements,
  C: Elements,
  isAdded: number,
  m: number,
  n: number,
  k: number,
  ar: number,
  ak: number,
  ab: number,
  bk: number,
  bc: number,
  bb: number,
): void {
  const left = local("f32", 1024);
  const right = local("f32", 1024);
  const l = localIndex();
  const x = l % 16;
  const y = Math.trunc(l / 16);
  const across = Math.trunc((n + 63) / 64);
  const down = Math.trunc((m + 63) / 64);
  const q = groupIndex();
  const stack = Math.trunc(q / (across * down));
  const row0 = (Math.trunc(q / across) % down) * 64;
  const column0 = (q % across) * 64;
  let s00 = Math.fround(0);
  let s01 = Math.fround(0);
  let s02 = Math.fround(0);
  let s03 = Math.fround(0);
  let s10 = Math.fround(0);
  let s11 = Math.fround(0);
  let s12 = Math.fround(0);
  let s13 = Math.fround(0);
  let s20 = Math.fround(0);
  let s21 = Math.fround(0);
  let s22 = Math.fround(0);
  let s23 = Math.fround(0);
  let s30 = Math.fround(0);
  let s31 = Math.fround(0);
  let s32 = Math.fround(0);
  let s33 = Math.fround(0);
  for (let k0 = 0; k0 < k; k0 += 16) {
    barrier();
    for (let turn = 0; turn < 4; turn++) {
      const e = l + 256 * turn;
      const row = row0 + Math.trunc(e / 16);
      const term = k0 + (e % 16);
      let a = Math.fround(0);
      if (row < m && term < k) a = A[stack * ab + row * ar + term * ak] as number;
      left[(e % 16) * 64 + Math.trunc(e / 16)] = a;
      const term2 = k0 + Math.trunc(e / 64);
      const column = column0 + (e % 64);
      let b = Math.fround(0);
      if (term2 < k && column < n) b = B[stack * bb + term2 * bk + column * bc] as number;
      right[e] = b;
    }
    barrier();
    for (let t = 0; t < 16; t++) {
      const a0 = left[t * 64 + y] as number;
      const a1 = left[t * 64 + y + 16] as number;
      const a2 = left[t * 64 + y + 32] as number;
      const a3 = left[t * 64 + y + 48] as number;
      const b0 = right[t * 64 + x] as number;
      const b1 = right[t * 64 + x + 16] as number;
      const b2 = right[t * 64 + x + 32] as number;
      const b3 = right[t * 64 + x + 48] as number;
      s00 += a0 * b0;
      s01 += a0 * b1;
      s02 += a0 * b2;
      s03 += a0 * b3;
      s10 += a1 * b0;
      s11 += a1 * b1;
      s12 += a1 * b2;
      s13 += a1 * b3;
      s20 += a2 * b0;
      s21 += a2 * b1;
      s22 += a2 * b2;
      s23 += a2 * b3;
      s30 += a3 * b0;
      s31 += a3 * b1;
      s32 += a3 * b2;
      s33 += a3 * b3;
    }
  }
  const from = stack * m * n;
  const r = row0 + y;
  const c = column0 + x;
  put(O, C, isAdded, from, m, n, r, c, s00);
  put(O, C, isAdded, from, m, n, r, c + 16, s01);
  put(O, C, isAdded, from, m, n, r, c + 32, s02);
  put(O, C, isAdded, from, m, n, r, c + 48, s03);
  put(O, C, isAdded, from, m, n, r + 16, c, s10);
  put(O, C, isAdded, from, m, n, r + 16, c + 16, s11);
  put(O, C, isAdded, from, m, n, r + 16, c + 32, s12);
  put(O, C, isAdded, from, m, n, r + 16, c + 48, s13);
  put(O, C, isAdded, from, m, n, r + 32, c, s20);
  put(O, C, isAdded, from, m, n, r + 32, c + 16, s21);
  put(O, C, isAdded, from, m, n, r + 32, c + 32, s22);
  put(O, C, isAdded, from, m, n, r + 32, c + 48, s23);
  put(O, C, isAdded, from, m, n, r + 48, c, s30);
  put(O, C, isAdded, from, m, n, r + 48, c + 16, s31);
  put(O, C, isAdded, from, m, n, r + 48, c + 32, s32);
  put(O, C, isAdded, from, m, n, r + 48, c + 48, s33);
}
