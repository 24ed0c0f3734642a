/** Ranges of one to three dimensions, whole and ragged, and where an item is in them. */

import {
  globalIndex,
  globalSize,
  groupIndex,
  groupSize,
  localIndex,
  localSize,
} from "../../../src/kernel/intrinsics.ts";
import { floats, type KernelCase, kernelCase } from "../support/cases.ts";

const I = (n: number) => (): Int32Array[] => [new Int32Array(n)];

export const dimensions: readonly KernelCase[] = [
  kernelCase("one item", I(1), (O) => {
    O[globalIndex()] = globalSize() * 10 + 1;
  }),
  kernelCase("one more than a group", I(65), (O) => {
    const i = globalIndex();
    O[i] = groupIndex() * 1000 + localIndex();
  }),
  kernelCase(
    "a ragged range leaves the rest alone",
    I(100),
    (O) => {
      O[globalIndex()] = 7;
    },
    { range: [50], group: [16] },
  ),
  kernelCase(
    "groups of one",
    I(9),
    (O) => {
      const i = globalIndex();
      O[i] = groupIndex() * 10 + localIndex() + groupSize();
    },
    { group: [1] },
  ),
  kernelCase(
    "a group larger than the range",
    I(5),
    (O) => {
      const i = globalIndex();
      O[i] = groupSize() * 100 + localSize() + i;
    },
    { group: [128] },
  ),
  kernelCase(
    "axis 0 of one dimension",
    I(40),
    (O) => {
      O[globalIndex(0)] =
        globalIndex(0) + groupIndex(0) * 100 + localIndex(0) * 10_000 + globalSize(0);
    },
    { group: [16] },
  ),
  kernelCase(
    "two dimensions, linear",
    I(35),
    (O) => {
      O[globalIndex()] = globalIndex() + 1;
    },
    { range: [5, 7] },
  ),
  kernelCase(
    "two dimensions",
    I(35),
    (O) => {
      const i = globalIndex(0);
      const j = globalIndex(1);
      O[i * 7 + j] = i * 100 + j;
    },
    { range: [5, 7], group: [2, 4] },
  ),
  kernelCase(
    "two dimensions, every index",
    I(77),
    (O) => {
      const at = globalIndex();
      O[at] =
        localIndex(0) +
        10 * localIndex(1) +
        100 * groupIndex(0) +
        1000 * groupIndex(1) +
        10_000 * groupIndex() +
        1_000_000 * localIndex();
    },
    { range: [7, 11], group: [3, 4] },
  ),
  kernelCase(
    "two dimensions, sizes",
    I(12),
    (O) => {
      O[globalIndex()] =
        globalSize(0) +
        10 * globalSize(1) +
        100 * groupSize(0) +
        1000 * groupSize(1) +
        10_000 * globalSize() +
        1_000_000 * groupSize();
    },
    { range: [3, 4], group: [2, 3] },
  ),
  kernelCase(
    "three dimensions, linear",
    I(60),
    (O) => {
      O[globalIndex()] = globalIndex() * 2;
    },
    { range: [3, 4, 5] },
  ),
  kernelCase(
    "three dimensions",
    I(60),
    (O) => {
      const i = globalIndex(0);
      const j = globalIndex(1);
      const k = globalIndex(2);
      O[(i * 4 + j) * 5 + k] = i * 100 + j * 10 + k;
    },
    { range: [3, 4, 5], group: [2, 2, 2] },
  ),
  kernelCase(
    "three dimensions, every index",
    I(105),
    (O) => {
      O[globalIndex()] =
        localIndex(0) +
        10 * localIndex(1) +
        100 * localIndex(2) +
        1000 * groupIndex(0) +
        10_000 * groupIndex(1) +
        100_000 * groupIndex(2) +
        1_000_000 * groupIndex();
    },
    { range: [3, 5, 7], group: [2, 3, 4] },
  ),
  kernelCase(
    "three dimensions, sizes",
    I(24),
    (O) => {
      O[globalIndex()] =
        globalSize(2) + 10 * groupSize(2) + 100 * localIndex() + 10_000 * groupSize();
    },
    { range: [2, 3, 4], group: [2, 2, 3] },
  ),
  kernelCase(
    "an axis that the range has not got",
    I(6),
    (O) => {
      O[globalIndex()] =
        globalIndex(1) + globalIndex(2) * 10 + globalSize(1) * 100 + groupSize(2) * 1000;
    },
    { range: [6] },
  ),
  kernelCase(
    "a range with an empty axis",
    I(4),
    (O) => {
      O[globalIndex()] = 1;
    },
    { range: [2, 0] },
  ),
  kernelCase(
    "transpose",
    () => [new Float32Array(35), floats(35)],
    (O, A) => {
      const i = globalIndex(0);
      const j = globalIndex(1);
      O[j * globalSize(0) + i] = A[i * globalSize(1) + j];
    },
    { range: [5, 7], group: [4, 4] },
  ),
  kernelCase(
    "matrix product",
    () => [new Float32Array(48), floats(40), floats(30), 5],
    (C, A, B, n) => {
      const i = globalIndex(0);
      const j = globalIndex(1);
      let s = 0;
      for (let k = 0; k < n; k++) s += A[i * n + k] * B[k * globalSize(1) + j];
      C[i * globalSize(1) + j] = s;
    },
    { range: [8, 6], group: [4, 4] },
  ),
  kernelCase(
    "a five-point stencil",
    () => [new Float32Array(63), floats(63)],
    (O, A) => {
      const i = globalIndex(0);
      const j = globalIndex(1);
      const at = i * 9 + j;
      if (i === 0 || j === 0 || i === globalSize(0) - 1 || j === globalSize(1) - 1) {
        O[at] = A[at];
        return;
      }
      O[at] = (A[at - 1] + A[at + 1] + A[at - 9] + A[at + 9]) / 4 - A[at];
    },
    { range: [7, 9], group: [4, 4] },
  ),
  kernelCase(
    "a box blur in three dimensions",
    () => [new Float32Array(60), floats(60)],
    (O, A) => {
      const i = globalIndex(0);
      const j = globalIndex(1);
      const k = globalIndex(2);
      let s = 0;
      for (let a = -1; a <= 1; a++)
        for (let b = -1; b <= 1; b++)
          for (let c = -1; c <= 1; c++) {
            const x = i + a,
              y = j + b,
              z = k + c;
            if (x >= 0 && x < 3 && y >= 0 && y < 4 && z >= 0 && z < 5) s += A[(x * 4 + y) * 5 + z];
          }
      O[(i * 4 + j) * 5 + k] = s;
    },
    { range: [3, 4, 5] },
  ),
  kernelCase(
    "grid stride",
    I(100),
    (O) => {
      for (let k = globalIndex(); k < O.length; k += globalSize()) O[k] = k * 3;
    },
    { range: [16] },
  ),
];
