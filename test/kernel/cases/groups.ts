/** Shared arrays and barriers.  */

import {
  barrier,
  globalIndex,
  globalSize,
  groupIndex,
  groupSize,
  local,
  localIndex,
} from "../../../src/kernel/intrinsics.ts";
import { floats, type KernelCase, kernelCase, smallInts } from "../support/cases.ts";
import { at, each, total } from "../support/expected.ts";

const TILE = 4;

const add = (t: Float32Array, i: number, k: number): void => {
  t[i] = (t[i] as number) + (t[i + k] as number);
};

function sumOfGroup(t: Float32Array, l: number): number {
  for (let s = groupSize() >> 1; s > 0; s >>= 1) {
    if (l < s) add(t, l, s);
    barrier();
  }
  return t[0] as number;
}

export const groups: readonly KernelCase[] = [
  kernelCase(
    "reverses within a group",
    () => [new Float32Array(24), floats(24)],
    (O, A) => {
      const t = local("f32", 8);
      const l = localIndex();
      const i = globalIndex();
      t[l] = A[i];
      barrier();
      O[i] = t[7 - l];
    },
    { group: [8], expected: each((i, A) => at(A, i - (i % 8) + 7 - (i % 8))) },
  ),
  kernelCase(
    "reverses a ragged group, where missing items are 0",
    () => [new Float32Array(21), floats(21)],
    (O, A) => {
      const t = local("f32", 8);
      const l = localIndex();
      const i = globalIndex();
      t[l] = A[i];
      barrier();
      O[i] = t[7 - l];
    },
    { group: [8], expected: each((i, A) => at(A, i - (i % 8) + 7 - (i % 8))) },
  ),
  kernelCase(
    "tree reduction",
    () => [new Float32Array(4), floats(64)],
    (O, A) => {
      const t = local("f32", 16);
      const l = localIndex();
      t[l] = A[globalIndex()];
      barrier();
      for (let s = 8; s > 0; s >>= 1) {
        if (l < s) t[l] = (t[l] as number) + (t[l + s] as number);
        barrier();
      }
      if (l === 0) O[groupIndex()] = t[0];
    },
    { range: [64], group: [16], expected: each((i, A) => total(A, i * 16, i * 16 + 16)) },
  ),
  kernelCase(
    "tree reduction over a ragged range",
    () => [new Float32Array(4), floats(50)],
    (O, A) => {
      const t = local("f32", 16);
      const l = localIndex();
      t[l] = A[globalIndex()];
      barrier();
      for (let s = 8; s > 0; s >>= 1) {
        if (l < s) t[l] = (t[l] as number) + (t[l + s] as number);
        barrier();
      }
      if (l === 0) O[groupIndex()] = t[0];
    },
    {
      range: [50],
      group: [16],
      expected: each((i, A) => total(A, i * 16, Math.min(50, i * 16 + 16))),
    },
  ),
  kernelCase(
    "a reduction in a helper with barriers",
    () => [new Float32Array(4), floats(64)],
    (O, A) => {
      const t = local("f32", 16);
      const l = localIndex();
      t[l] = A[globalIndex()] * 2;
      barrier();
      const s = sumOfGroup(t, l);
      if (l === 0) O[groupIndex()] = s;
    },
    { range: [64], group: [16], expected: each((i, A) => 2 * total(A, i * 16, i * 16 + 16)) },
  ),
  kernelCase(
    "a variable lives across barriers",
    () => [new Float32Array(16), floats(16)],
    (O, A) => {
      const t = local("f32", 4);
      const l = localIndex();
      const i = globalIndex();
      let x = A[i] * 2;
      t[l] = x;
      barrier();
      x += t[(l + 1) % 4] as number;
      barrier();
      t[l] = x;
      barrier();
      O[i] = x + (t[(l + 2) % 4] as number);
    },
    {
      group: [4],
      expected: each((i, A) => {
        const g = i - (i % 4);
        const y = (k: number) => 2 * at(A, g + (k % 4)) + 2 * at(A, g + ((k + 1) % 4));
        return y(i % 4) + y((i % 4) + 2);
      }),
    },
  ),
  kernelCase(
    "a boolean and an array live across barriers",
    () => [new Float32Array(16), floats(16)],
    (O, A) => {
      const t = local("f32", 4);
      const l = localIndex();
      const i = globalIndex();
      const isLarge = A[i] > 1;
      const p = new Float32Array(3);
      p[0] = A[i];
      p[2] = i;
      t[l] = A[i];
      barrier();
      O[i] =
        (isLarge ? 100 : 0) +
        (p[0] as number) +
        (p[1] as number) +
        (p[2] as number) +
        (t[3 - l] as number);
    },
    {
      group: [4],
      expected: each(
        (i, A) => (at(A, i) > 1 ? 100 : 0) + at(A, i) + i + at(A, i - (i % 4) + 3 - (i % 4)),
      ),
    },
  ),
  kernelCase(
    "prefix sums by doubling",
    () => [new Float32Array(32), floats(32)],
    (O, A) => {
      const t = local("f32", 16);
      const l = localIndex();
      t[l] = A[globalIndex()];
      barrier();
      for (let d = 1; d < 16; d *= 2) {
        const x = l >= d ? (t[l - d] as number) : 0;
        barrier();
        t[l] = (t[l] as number) + x;
        barrier();
      }
      O[globalIndex()] = t[l];
    },
    { group: [16], expected: each((i, A) => total(A, i - (i % 16), i + 1)) },
  ),
  kernelCase(
    "tiled matrix product",
    () => [new Float32Array(64), floats(64), floats(64, 2), 8],
    (C, A, B, n) => {
      const a = local("f32", TILE * TILE);
      const b = local("f32", TILE * TILE);
      const i = globalIndex(0);
      const j = globalIndex(1);
      const y = localIndex(0);
      const x = localIndex(1);
      let s = 0;
      for (let t = 0; t < n / TILE; t++) {
        a[y * TILE + x] = A[i * n + t * TILE + x];
        b[y * TILE + x] = B[(t * TILE + y) * n + j];
        barrier();
        for (let k = 0; k < TILE; k++)
          s += (a[y * TILE + k] as number) * (b[k * TILE + x] as number);
        barrier();
      }
      C[i * n + j] = s;
    },
    {
      range: [8, 8],
      group: [4, 4],
      expected: each((at_, A, B) => {
        const i = at_ >> 3;
        const j = at_ & 7;
        let s = 0;
        for (let k = 0; k < 8; k++) s += at(A, i * 8 + k) * at(B, k * 8 + j);
        return s;
      }),
    },
  ),
  kernelCase(
    "tiled transpose of a ragged matrix",
    () => [new Float32Array(35), floats(35)],
    (O, A) => {
      const t = local("f32", 16);
      const i = globalIndex(0);
      const j = globalIndex(1);
      t[localIndex(0) * 4 + localIndex(1)] = A[i * 7 + j];
      barrier();
      O[j * 5 + i] = t[localIndex(0) * 4 + localIndex(1)];
    },
    {
      range: [5, 7],
      group: [4, 4],
      expected: each((k, A) => at(A, (k % 5) * 7 + Math.floor(k / 5))),
    },
  ),
  kernelCase(
    "barriers in three dimensions",
    () => [new Int32Array(36)],
    (O) => {
      const t = local("i32", 8);
      t[localIndex()] = globalIndex();
      barrier();
      O[globalIndex()] = t[0];
    },
    {
      range: [3, 4, 3],
      group: [2, 2, 2],
      expected: each((i) => {
        const [a, b, c] = [Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3];
        return ((a - (a % 2)) * 4 + b - (b % 2)) * 3 + c - (c % 2);
      }),
    },
  ),
  kernelCase(
    "two shared arrays of two types",
    () => [new Float32Array(16), floats(16)],
    (O, A) => {
      const t = local("f32", 8);
      const u = local("u32", 8);
      const l = localIndex();
      const i = globalIndex();
      t[l] = A[i];
      u[7 - l] = l * 3;
      barrier();
      O[i] = (t[7 - l] as number) + (u[l] as number);
    },
    { group: [8], expected: each((i, A) => at(A, i - (i % 8) + 7 - (i % 8)) + 3 * (7 - (i % 8))) },
  ),
  kernelCase(
    "shared arrays start as 0 in each group",
    () => [new Int32Array(12)],
    (O) => {
      const t = local("i32", 4);
      const l = localIndex();
      const before = t[l] as number;
      t[l] = before + 1;
      barrier();
      O[globalIndex()] = t[3 - l];
    },
    { group: [4], expected: each(() => 1) },
  ),
  kernelCase(
    "shared memory without a barrier",
    () => [new Int32Array(8), smallInts(8)],
    (O, A) => {
      const t = local("i32", 4);
      const l = localIndex();
      t[l] = A[globalIndex()];
      O[globalIndex()] = (t[l] as number) * 2;
    },
    { group: [4] },
  ),
  kernelCase(
    "a barrier orders writes to arrays",
    () => [new Int32Array(8), new Int32Array(8), smallInts(8)],
    (O, P, A) => {
      const l = localIndex();
      P[l] = A[l];
      barrier();
      O[l] = P[7 - l];
    },
    {
      group: [8],
      expected: ([O, P, A]) => {
        const a = A as Int32Array;
        (P as Int32Array).set(a);
        (O as Int32Array).set([...a].reverse());
      },
    },
  ),
  kernelCase(
    "doubles in shared memory",
    () => [new Float64Array(8), Float64Array.from(floats(8))],
    (O, A) => {
      const t = local("f64", 4);
      const l = localIndex();
      const i = globalIndex();
      t[l] = A[i] / 3;
      barrier();
      O[i] = t[3 - l];
    },
    { group: [4], expected: each((i, A) => at(A, i - (i % 4) + 3 - (i % 4)) / 3) },
  ),
  kernelCase(
    "group sizes larger than the range",
    () => [new Int32Array(3), smallInts(3)],
    (O, A) => {
      const t = local("i32", 8);
      const l = localIndex();
      t[l] = A[l];
      barrier();
      let s = 0;
      for (let k = 0; k < groupSize(); k++) s += t[k] as number;
      O[l] = s + globalSize();
    },
    { group: [8], expected: each((_, A) => total(A, 0, 3) + 3) },
  ),
];
