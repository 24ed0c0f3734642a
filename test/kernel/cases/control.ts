// biome-ignore-all lint/complexity/noCommaOperator: what it means is tested

/** Branches, conditions, order of evaluation, local variables and arrays. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import { floats, type KernelCase, kernelCase, smallInts } from "../support/cases.ts";

const n = 60;
const OA = (): Float32Array[] => [new Float32Array(n), floats(n)];
const O1 = (): Int32Array[] => [new Int32Array(n)];
const OI = (): Int32Array[] => [new Int32Array(n), smallInts(n)];

export const control: readonly KernelCase[] = [
  kernelCase("if", OA, (O, A) => {
    const i = globalIndex();
    O[i] = 1;
    if (A[i] > 0) O[i] = A[i];
  }),
  kernelCase("if and else", OA, (O, A) => {
    const i = globalIndex();
    if (A[i] > 0) {
      O[i] = A[i];
    } else {
      O[i] = -2 * A[i];
    }
  }),
  kernelCase("a chain of ifs", OI, (O, A) => {
    const i = globalIndex();
    if (A[i] < -10) O[i] = 1;
    else if (A[i] < 0) O[i] = 2;
    else if (A[i] === 0) O[i] = 3;
    else O[i] = 4;
  }),
  kernelCase("return in the middle", OA, (O, A) => {
    const i = globalIndex();
    if (A[i] < 0) return;
    O[i] = A[i];
    if (i % 2) return;
    O[i] += 1;
  }),
  kernelCase("ternaries", OI, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] > 5 ? A[i] * 2 : A[i] < -5 ? -1 : 0;
  }),
  kernelCase("ternary of different types", OA, (O, A) => {
    const i = globalIndex();
    O[i] = i % 2 ? 1 : A[i] > 0;
  }),
  kernelCase("and, or, not", OI, (O, A) => {
    const i = globalIndex();
    O[i] = (A[i] > 0 && A[i] < 10) || !(A[i] < 15);
  }),
  kernelCase("and, or of numbers", OI, (O, A) => {
    const i = globalIndex();
    O[i] = (A[i] && 7) + (A[i] || 100);
  }),
  kernelCase("truth of numbers", OA, (O, A) => {
    const i = globalIndex();
    if (A[i]) O[i] = 1;
    if (!A[i]) O[i] = 2;
  }),
  kernelCase("a guard that reads out of bounds on its other side", OA, (O, A) => {
    const i = globalIndex();
    O[i] = i > 0 && A[i - 1] > A[i] ? A[i - 1] : A[i];
  }),
  kernelCase(
    "reads out of bounds are NaN or 0",
    () => [new Float32Array(n), floats(n), smallInts(n)],
    (O, A, B) => {
      const i = globalIndex();
      const x = A[i + 50];
      const y = B[i - 50];
      O[i] = (x > -1e30 ? x : 1000) + (y | 0);
    },
  ),
  kernelCase("writes out of bounds are lost", OI, (O, A) => {
    const i = globalIndex();
    O[i] = A[i];
    O[i + 1000] = 5;
    O[i - 1000] = 6;
  }),
  kernelCase("shadowed names", O1, (O) => {
    const i = globalIndex();
    let x = 1;
    {
      let x = 10;
      x += i;
      O[i] = x;
    }
    x++;
    for (let x = 0; x < 3; x++) O[i] += x;
    O[i] += x;
  }),
  kernelCase("variables of a turn start anew", O1, (O) => {
    const i = globalIndex();
    let s = 0;
    for (let k = 0; k < 4; k++) {
      let t = 1;
      t += k;
      s += t * i;
    }
    O[i] = s;
  }),
  kernelCase("a variable without a first value", OI, (O, A) => {
    const i = globalIndex();
    let x: number;
    if (A[i] > 0) x = 1;
    else x = 2.5;
    O[i] = x * 2;
  }),
  kernelCase("booleans in variables", OI, (O, A) => {
    const i = globalIndex();
    let ok = A[i] > 0;
    ok = ok && A[i] < 10;
    const other = !ok;
    O[i] = ok === other ? 5 : ok ? 1 : 0;
  }),
  kernelCase("sequence expressions", OI, (O, A) => {
    const i = globalIndex();
    let x = 0;
    O[i] = ((x = A[i]), (x += 1), x * 2);
  }),
  kernelCase("order of evaluation", OI, (O, A) => {
    const i = globalIndex();
    let x = A[i];
    O[i] = x + (x = 3) * x + x++ - --x;
  }),
  kernelCase("elements keep their order with their changes", OI, (O, A) => {
    const i = globalIndex();
    O[i] = 1;
    O[i] = O[i] + (O[i] = A[i]) + O[i];
  }),
  kernelCase("conditions as statements", OI, (O, A) => {
    const i = globalIndex();
    A[i] > 0 && (O[i] = 1);
    A[i] > 0 || (O[i] = 2);
    A[i] === 0 ? (O[i] = 3) : (O[i] += 10);
  }),
  kernelCase("a local list", O1, (O) => {
    const i = globalIndex();
    const t = [3, 1, 4, 1, 5];
    let s = 0;
    for (let k = 0; k < t.length; k++) s += (t[k] as number) * (k + i);
    O[i] = s;
  }),
  kernelCase(
    "a local typed array",
    OA,
    (O, A) => {
      const i = globalIndex();
      const t = new Float32Array(8);
      for (let k = 0; k < 8; k++) t[k] = A[k] * i;
      let s = 0;
      for (let k = 7; k >= 0; k--) s = s * 0.5 + (t[k] as number);
      O[i] = s;
    },
    { tolerance: 1e-5 },
  ),
  kernelCase("a filled array, read out of bounds", O1, (O) => {
    const i = globalIndex();
    const t = new Array(4).fill(2);
    t[i % 4] = 5.5;
    O[i] = (t[0] + t[1]) * 2 + (t[i] > 0 ? 1 : 0);
  }),
  kernelCase(
    "sorts a few elements",
    () => [new Int32Array(n), smallInts(n)],
    (O, A) => {
      const i = globalIndex();
      const t = new Int32Array(5);
      for (let k = 0; k < 5; k++) t[k] = A[(i + k * 7) % 60];
      for (let j = 1; j < 5; j++) {
        const x = t[j] as number;
        let k = j - 1;
        while (k >= 0 && (t[k] as number) > x) {
          t[k + 1] = t[k] as number;
          k--;
        }
        t[k + 1] = x;
      }
      O[i] = (t[2] as number) * 100 + (t[4] as number) - (t[0] as number);
    },
  ),
  kernelCase(
    "mandelbrot",
    () => [new Int32Array(n)],
    (O) => {
      const i = globalIndex();
      const cx = (i % 10) / 4 - 2;
      const cy = i / 32 - 0.875;
      let x = 0;
      let y = 0;
      let k = 0;
      while (x * x + y * y <= 4 && k < 20) {
        const t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
        k++;
      }
      O[i] = k;
    },
  ),
];
