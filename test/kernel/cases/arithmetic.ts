/** Arithmetic of floats, and of floats with integers. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import {
  doubles,
  floats,
  type KernelCase,
  kernelCase,
  positives,
  smallInts,
  smallUints,
} from "../support/cases.ts";

const n = 100;
const out = (): Float32Array => new Float32Array(n);
const OA = (): Float32Array[] => [out(), floats(n)];
const OAB = (): Float32Array[] => [out(), floats(n), floats(n, 2)];

export const arithmetic: readonly KernelCase[] = [
  kernelCase("adds a constant", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] + 1;
  }),
  kernelCase("adds arrays", OAB, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] + B[i];
  }),
  kernelCase("subtracts", OAB, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] - B[i];
  }),
  kernelCase("multiplies", OAB, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] * B[i];
  }),
  kernelCase("divides by powers of two", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] / 4;
  }),
  kernelCase(
    "divides",
    () => [out(), floats(n), positives(n)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = A[i] / B[i];
    },
    { tolerance: 1e-6 },
  ),
  kernelCase("negates", OA, (O, A) => {
    const i = globalIndex();
    O[i] = -A[i];
  }),
  kernelCase("applies unary plus", OA, (O, A) => {
    const i = globalIndex();
    O[i] = +A[i];
  }),
  kernelCase(
    "triad",
    () => [...OAB(), 2.5],
    (O, A, B, s) => {
      const i = globalIndex();
      O[i] = A[i] + s * B[i];
    },
  ),
  kernelCase("scales by a fraction of the index", OA, (O, A) => {
    const i = globalIndex();
    O[i] = (i - 32) * 0.5 + A[i];
  }),
  kernelCase(
    "mixes an integer scalar",
    () => [...OA(), 3],
    (O, A, k) => {
      const i = globalIndex();
      O[i] = A[i] * k - k;
    },
  ),
  kernelCase(
    "mixes a negative scalar",
    () => [...OA(), -3],
    (O, A, k) => {
      const i = globalIndex();
      O[i] = A[i] * k + i * k;
    },
  ),
  kernelCase("squares with **", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] ** 2;
  }),
  kernelCase("cubes negative numbers", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] ** 3;
  }),
  kernelCase(
    "raises to the fourth and the zeroth",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = (A[i] / 8) ** 4 + A[i] ** 0 + A[i] ** 1;
    },
    { tolerance: 1e-6 },
  ),
  kernelCase("Math.pow of a small whole exponent", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] ** 3;
  }),
  kernelCase(
    "pow of a variable exponent",
    () => [out(), positives(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] ** ((i % 3) + 0.5);
    },
    { tolerance: 1e-4 },
  ),
  kernelCase(
    "powers of negative bases",
    () => [out(), floats(n).map((x) => x || 1)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] ** ((i % 5) - 2);
    },
    { tolerance: 1e-4 },
  ),
  kernelCase(
    "remainder of floats",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] % 3;
    },
    { tolerance: 1e-5 },
  ),
  kernelCase(
    "remainder of negative floats keeps the sign",
    () => [out(), floats(n).map((x) => x + 0.0625)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] % 0.75;
    },
    { tolerance: 1e-5 },
  ),
  kernelCase(
    "integers become floats in a quotient",
    () => [out(), smallInts(n)],
    (O, I) => {
      const i = globalIndex();
      O[i] = I[i] / 4;
    },
  ),
  kernelCase(
    "unsigned integers become floats",
    () => [out(), smallUints(n)],
    (O, U) => {
      const i = globalIndex();
      O[i] = U[i] * 0.25;
    },
  ),
  kernelCase(
    "an accumulator that starts at 0 is a float",
    () => [new Float32Array(10), floats(n)],
    (O, A) => {
      const i = globalIndex();
      let s = 0;
      for (let k = 0; k < 10; k++) s += A[i * 10 + k];
      O[i] = s;
    },
  ),
  kernelCase("an accumulator assigned plainly is a float", OA, (O, A) => {
    const i = globalIndex();
    let s = 0;
    s = s + A[i];
    s = s * 2;
    O[i] = s;
  }),
  kernelCase(
    "a loop counter that steps by an eighth",
    () => [out()],
    (O) => {
      const i = globalIndex();
      let s = 0;
      for (let x = 0; x < 1; x += 0.125) s += x * i;
      O[i] = s;
    },
  ),
  kernelCase(
    "horner",
    OA,
    (O, A) => {
      const i = globalIndex();
      const x = A[i] / 16;
      O[i] = ((x * 2 + 1) * x - 0.5) * x + 3;
    },
    { tolerance: 1e-6 },
  ),
  kernelCase("compound assignments", OA, (O, A) => {
    const i = globalIndex();
    let x = A[i];
    x += 2;
    x -= 0.5;
    x *= 3;
    x /= 2;
    O[i] = x;
  }),
  kernelCase("compound assignments of elements", OA, (O, A) => {
    const i = globalIndex();
    O[i] = 1;
    O[i] += A[i];
    O[i] *= 2;
    O[i] -= 3;
  }),
  kernelCase(
    "chained assignment",
    () => [out(), ...OA()],
    (O, P, A) => {
      const i = globalIndex();
      let a = 0;
      let b = 0;
      a = b = A[i] + 1;
      O[i] = P[i] = a + b;
    },
  ),
  kernelCase("assignment as a value", OA, (O, A) => {
    const i = globalIndex();
    let x = 1;
    O[i] = (x = A[i]) * 2 + x;
  }),
  kernelCase("swaps by a pattern", OAB, (O, A, B) => {
    const i = globalIndex();
    let a = A[i],
      b = B[i];
    if (a > b) [a, b] = [b, a];
    O[i] = b - a;
  }),
  kernelCase("takes a list apart", OA, (O, A) => {
    const i = globalIndex();
    const [a, b, c] = [A[i], A[i] * 2, i];
    O[i] = a + b - c;
  }),
  kernelCase("negative zero is kept", OA, (O, A) => {
    const i = globalIndex();
    const z = A[i] * 0 * -1;
    O[i] = 1 / (z - 0 === 0 ? 2 : 1);
  }),
  kernelCase(
    "constants are folded",
    () => [out()],
    (O) => {
      const i = globalIndex();
      O[i] = (3 * 4 - 2) / 4 + (7 & 3) + i;
    },
  ),
  kernelCase(
    "doubles",
    () => [new Float64Array(n), doubles(n), doubles(n, 2)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = A[i] / 3 + B[i] * 0.1;
    },
  ),
  kernelCase(
    "doubles from floats",
    () => [new Float64Array(n), floats(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] * A[i] + 0.125;
    },
  ),
  kernelCase(
    "floats from doubles",
    () => [out(), doubles(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] * 0.5 + 1;
    },
  ),
];
