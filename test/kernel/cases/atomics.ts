/** Atomic updates of arrays and shared arrays, with results that do not depend on the order of items. */

import {
  atomicAdd,
  atomicCompareExchange,
  atomicExchange,
  atomicMax,
  atomicMin,
  atomicSub,
  barrier,
  globalIndex,
  groupIndex,
  local,
  localIndex,
} from "../../../src/kernel/intrinsics.ts";
import {
  type Argument,
  ints,
  type KernelCase,
  kernelCase,
  smallInts,
  smallUints,
  uints,
} from "../support/cases.ts";

const n = 100;
const I = (length: number): Int32Array => new Int32Array(length);

const set =
  (made: readonly number[]) =>
  ([O]: readonly Argument[]): void => {
    (O as Int32Array).set(made);
  };

export const atomics: readonly KernelCase[] = [
  kernelCase(
    "counts items",
    () => [I(1)],
    (C) => {
      atomicAdd(C, 0, 1);
    },
    { range: [1000] },
  ),
  kernelCase(
    "sums",
    () => [I(1), smallInts(n)],
    (C, A) => {
      atomicAdd(C, 0, A[globalIndex()]);
    },
    { range: [n] },
  ),
  kernelCase(
    "histogram",
    () => [I(8), smallUints(n)],
    (H, A) => {
      const i = globalIndex();
      atomicAdd(H, A[i] % 8, 1);
    },
    { range: [n] },
  ),
  kernelCase(
    "histogram of unsigned counts",
    () => [new Uint32Array(8), smallUints(n)],
    (H, A) => {
      const i = globalIndex();
      atomicAdd(H, A[i] % 8, A[i]);
    },
    { range: [n] },
  ),
  kernelCase(
    "subtracts",
    () => [Int32Array.of(500, 3), smallInts(n)],
    (C, A) => {
      atomicSub(C, globalIndex() % 2, A[globalIndex()]);
    },
    { range: [n] },
  ),
  kernelCase(
    "sums wrap",
    () => [Int32Array.of(2 ** 31 - 10)],
    (C) => {
      atomicAdd(C, 0, 7);
    },
    { range: [n] },
  ),
  kernelCase(
    "minimum",
    () => [Int32Array.of(2 ** 31 - 1), ints(n)],
    (C, A) => {
      atomicMin(C, 0, A[globalIndex()]);
    },
    { range: [n] },
  ),
  kernelCase(
    "maximum",
    () => [Int32Array.of(-5), ints(n)],
    (C, A) => {
      atomicMax(C, 0, A[globalIndex()]);
    },
    { range: [n] },
  ),
  kernelCase(
    "minimum of unsigned",
    () => [Uint32Array.of(2 ** 32 - 1), uints(n)],
    (C, A) => {
      atomicMin(C, 0, (A[globalIndex()] | 1024) >>> 0);
    },
    { range: [n] },
  ),
  kernelCase(
    "maximum of unsigned",
    () => [Uint32Array.of(0), uints(n)],
    (C, A) => {
      atomicMax(C, 0, A[globalIndex()]);
    },
    { range: [n] },
  ),
  kernelCase(
    "exchange gives the value from before",
    () => [smallInts(n), I(n)],
    (A, O) => {
      const i = globalIndex();
      O[i] = atomicExchange(A, i, 7);
    },
  ),
  kernelCase(
    "compare and exchange",
    () => [smallInts(n), I(n)],
    (A, O) => {
      const i = globalIndex();
      O[i] = atomicCompareExchange(A, i, 3, 1000);
    },
  ),
  kernelCase(
    "only one item wins",
    () => [I(1), I(1)],
    (L, W) => {
      if (atomicCompareExchange(L, 0, 0, 1) === 0) atomicAdd(W, 0, 1);
    },
    { range: [n] },
  ),
  kernelCase(
    "results of atomics in expressions",
    () => [smallInts(n), I(n)],
    (A, O) => {
      const i = globalIndex();
      O[i] = atomicAdd(A, i, 5) * 2 + A[i];
    },
  ),
  kernelCase(
    "atomics under conditions",
    () => [I(2), smallInts(n)],
    (C, A) => {
      const i = globalIndex();
      if (A[i] > 0) atomicAdd(C, 0, 1);
      else atomicAdd(C, 1, A[i]);
    },
    { range: [n] },
  ),
  kernelCase(
    "out of bounds nothing happens",
    () => [Int32Array.of(1, 2), I(n)],
    (C, O) => {
      const i = globalIndex();
      O[i] = atomicAdd(C, i + 2, 1) + atomicMax(C, -1 - i, 9);
    },
    { range: [n] },
  ),
  kernelCase(
    "plain reads and writes of an atomic array",
    () => [I(n), smallInts(n)],
    (C, A) => {
      const i = globalIndex();
      C[i] = A[i];
      atomicAdd(C, i, 2);
      C[i] = C[i] * 3;
    },
  ),
  kernelCase(
    "unique places by a counter",
    () => [I(1), I(n)],
    (C, M) => {
      const at = atomicAdd(C, 0, 1);
      M[at] = M[at] + 1;
    },
    { range: [n] },
  ),
  kernelCase(
    "a spinning update by compare and exchange",
    () => [I(1), smallInts(n)],
    (C, A) => {
      const x = A[globalIndex()];
      let old = C[0];
      for (let k = 0; k < 100_000; k++) {
        const seen = atomicCompareExchange(C, 0, old, old + 2 * x);
        if (seen === old) break;
        old = seen;
      }
    },
    { range: [n] },
  ),
  kernelCase(
    "a histogram in shared memory",
    () => [I(4), smallUints(64)],
    (H, A) => {
      const h = local("i32", 4);
      const l = localIndex();
      atomicAdd(h, A[globalIndex()] % 4, 1);
      barrier();
      if (l < 4) atomicAdd(H, l, h[l] as number);
    },
    {
      range: [64],
      group: [16],
      expected: ([H, A]) => {
        for (const x of A as Uint32Array) (H as Int32Array)[x % 4]! += 1;
      },
    },
  ),
  kernelCase(
    "a maximum in shared memory",
    () => [I(4), smallInts(64)],
    (O, A) => {
      const m = local("i32", 1);
      if (localIndex() === 0) m[0] = -1000;
      barrier();
      atomicMax(m, 0, A[globalIndex()]);
      barrier();
      if (localIndex() === 0) O[groupIndex()] = m[0];
    },
    {
      range: [64],
      group: [16],
      expected: ([O, A]) => {
        set(
          [0, 16, 32, 48].map((from) => Math.max(...(A as Int32Array).subarray(from, from + 16))),
        )([O as Int32Array]);
      },
    },
  ),
  kernelCase(
    "a ragged count in shared memory",
    () => [I(3)],
    (O) => {
      const c = local("u32", 1);
      atomicAdd(c, 0, 1);
      barrier();
      if (localIndex() === 0) O[groupIndex()] = c[0];
    },
    { range: [37], group: [16], expected: set([16, 16, 5]) },
  ),
];
