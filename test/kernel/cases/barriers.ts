/** Barriers within loops and under conditions that all items of a group share. */

import {
  atomicAdd,
  barrier,
  globalIndex,
  groupIndex,
  local,
  localIndex,
} from "../../../src/kernel/intrinsics.ts";
import { type KernelCase, kernelCase, smallInts } from "../support/cases.ts";
import { at, each } from "../support/expected.ts";

export const barriers: readonly KernelCase[] = [
  kernelCase(
    "a barrier under a condition of the group",
    () => [new Int32Array(16), smallInts(16)],
    (O, A) => {
      const t = local("i32", 4);
      const l = localIndex();
      const i = globalIndex();
      t[l] = A[i];
      if (groupIndex() % 2 === 0) {
        barrier();
        O[i] = t[3 - l];
      } else {
        O[i] = -1;
      }
    },
    {
      group: [4],
      expected: each((i, A) =>
        Math.floor(i / 4) % 2 === 0 ? at(A, i - (i % 4) + 3 - (i % 4)) : -1,
      ),
    },
  ),
  kernelCase(
    "a barrier under a condition on a scalar",
    () => [new Int32Array(8), smallInts(8), 1],
    (O, A, mode) => {
      const t = local("i32", 8);
      const l = localIndex();
      t[l] = A[l];
      if (mode) barrier();
      O[l] = mode ? t[7 - l] : 0;
    },
    { group: [8], expected: each((i, A) => at(A, 7 - i)) },
  ),
  kernelCase(
    "a loop that a uniform condition leaves",
    () => [new Int32Array(8), smallInts(8), 3],
    (O, A, turns) => {
      const t = local("i32", 8);
      const l = localIndex();
      t[l] = A[l];
      barrier();
      for (let k = 0; ; k++) {
        if (k === turns) break;
        const x = t[(l + 1) % 8] as number;
        barrier();
        t[l] = x;
        barrier();
        if (k === 1) continue;
        atomicAdd(t, l, 0);
      }
      barrier();
      O[l] = t[l];
    },
    { group: [8], hasNoModel: true, tolerance: 0, expected: each((i, A) => at(A, (i + 3) % 8)) },
  ),
  kernelCase(
    "a uniform bound read from an array",
    () => [new Int32Array(8), smallInts(8), Int32Array.of(3)],
    (O, A, N) => {
      const t = local("i32", 8);
      const l = localIndex();
      const n = N[0];
      t[l] = A[l];
      barrier();
      let s = 0;
      for (let k = 0; k < n; k++) {
        s += t[(l + k) % 8] as number;
        barrier();
      }
      O[l] = s;
    },
    { group: [8], expected: each((i, A) => at(A, i) + at(A, (i + 1) % 8) + at(A, (i + 2) % 8)) },
  ),
  kernelCase(
    "a uniform return before a barrier",
    () => [new Int32Array(8), smallInts(8)],
    (O, A) => {
      const t = local("i32", 4);
      const l = localIndex();
      if (groupIndex() === 1) return;
      t[l] = A[l];
      barrier();
      O[globalIndex()] = t[3 - l];
    },
    { group: [4], expected: each((i, A) => (i < 4 ? at(A, 3 - i) : 0)) },
  ),
  kernelCase(
    "a return of some items after the last barrier",
    () => [new Int32Array(8), smallInts(8)],
    (O, A) => {
      const t = local("i32", 8);
      const l = localIndex();
      t[l] = A[l];
      barrier();
      if (l % 2) return;
      O[l] = t[7 - l];
      if (l > 4) return;
      O[l] += 100;
    },
    { group: [8], expected: each((i, A) => (i % 2 ? 0 : at(A, 7 - i) + (i > 4 ? 0 : 100))) },
  ),
  kernelCase(
    "nested loops around barriers",
    () => [new Int32Array(4), smallInts(4)],
    (O, A) => {
      const t = local("i32", 4);
      const l = localIndex();
      t[l] = A[l];
      barrier();
      let c = 0;
      for (let a = 0; a < 2; a++) {
        for (let b = a; b < 3; b++) {
          const x = t[(l + b) % 4] as number;
          barrier();
          t[l] = x + a;
          c += x;
          barrier();
        }
      }
      O[l] = t[l]! + 10 * c;
    },
    {
      group: [4],
      expected: ([O, A]) => {
        let t = Array.from(A as Int32Array);
        const c = [0, 0, 0, 0];
        for (let a = 0; a < 2; a++)
          for (let b = a; b < 3; b++) {
            const x = t.map((_, l) => t[(l + b) % 4] as number);
            t = x.map((v) => v + a);
            x.forEach((v, l) => {
              c[l] = (c[l] as number) + v;
            });
          }
        (O as Int32Array).set(t.map((v, l) => v + 10 * (c[l] as number)));
      },
    },
  ),
  kernelCase(
    "a do-while around a barrier",
    () => [new Int32Array(4), smallInts(4)],
    (O, A) => {
      const t = local("i32", 4);
      const l = localIndex();
      t[l] = A[l];
      let k = 0;
      do {
        barrier();
        const x = t[(l + 1) % 4] as number;
        barrier();
        t[l] = x;
        k++;
      } while (k < 3);
      O[l] = t[l];
    },
    { group: [4], expected: each((i, A) => at(A, (i + 3) % 4)) },
  ),
];
