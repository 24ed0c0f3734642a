// biome-ignore-all lint/suspicious/noSelfCompare: a test for NaN

/** Functions and constants of `Math` and `Number`. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import { floats, type KernelCase, kernelCase, positives, smallInts } from "../support/cases.ts";

const n = 64;
const OA = (): Float32Array[] => [new Float32Array(n), floats(n)];
const OP = (): Float32Array[] => [new Float32Array(n), positives(n)];
const OI = (): Int32Array[] => [new Int32Array(n), smallInts(n)];
/** From -1 to 1. */
const OU = (): Float32Array[] => [new Float32Array(n), floats(n).map((x) => x / 8.125)];

export const mathematics: readonly KernelCase[] = [
  kernelCase("floor, ceil, trunc, round", OA, (O, A) => {
    const i = globalIndex();
    O[i] =
      Math.floor(A[i]) + 10 * Math.ceil(A[i]) + 100 * Math.trunc(A[i]) + 1000 * Math.round(A[i]);
  }),
  kernelCase(
    "round goes up at a half",
    () => [
      new Float32Array(8),
      Float32Array.of(0.5, -0.5, 1.5, -1.5, 2.5, 0.49999997, -2.5, 8388609),
    ],
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.round(A[i]);
    },
  ),
  kernelCase("abs, sign, min, max", OA, (O, A) => {
    const i = globalIndex();
    O[i] = Math.abs(A[i]) + 16 * Math.sign(A[i]) + Math.min(A[i], 2, -1) * Math.max(A[i], 0.5);
  }),
  kernelCase(
    "min and max pass NaN on",
    () => [new Float32Array(4), Float32Array.of(1, Number.NaN, 3, Number.NaN)],
    (O, A) => {
      const i = globalIndex();
      const x = Math.max(A[i], 2);
      O[i] = x === x ? x : -1;
    },
  ),
  kernelCase(
    "sqrt and cbrt",
    OP,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.sqrt(A[i]) + Math.cbrt(-A[i]);
    },
    { tolerance: 1e-6 },
  ),
  kernelCase(
    "exp, expm1",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.exp(A[i] / 2) + Math.expm1(A[i] / 64);
    },
    { tolerance: 1e-5 },
  ),
  kernelCase(
    "logarithms",
    OP,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.log(A[i]) + Math.log2(A[i]) + Math.log10(A[i]) + Math.log1p(A[i] / 64);
    },
    { tolerance: 1e-5 },
  ),
  kernelCase(
    "sin, cos, tan",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.sin(A[i]) + Math.cos(A[i]) + Math.tan(A[i] / 8);
    },
    { tolerance: 2e-3 },
  ),
  kernelCase(
    "asin, acos, atan",
    OU,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.asin(A[i]) + Math.acos(A[i]) + Math.atan(A[i] * 8);
    },
    { tolerance: 2e-3 },
  ),
  kernelCase(
    "atan2, hypot",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.atan2(A[i], i - 30.5) + Math.hypot(A[i], i, 2);
    },
    { tolerance: 1e-3 },
  ),
  kernelCase(
    "sinh, cosh, tanh",
    OU,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.sinh(A[i] * 2) + Math.cosh(A[i]) + Math.tanh(A[i] * 50);
    },
    { tolerance: 1e-4 },
  ),
  kernelCase(
    "asinh, acosh, atanh",
    OU,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.asinh(A[i]) + Math.acosh(A[i] + 2.25) + Math.atanh(A[i] * 0.875);
    },
    { tolerance: 1e-4 },
  ),
  kernelCase(
    "constants of Math",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] * Math.PI + Math.E - Math.SQRT2 * Math.LN2;
    },
    { tolerance: 1e-6 },
  ),
  kernelCase("constants of Number, infinity", OA, (O, A) => {
    const i = globalIndex();
    let best = Infinity;
    for (let k = 0; k < 5; k++) best = Math.min(best, A[i] + k);
    O[i] = best < Number.MAX_SAFE_INTEGER ? best : Number.EPSILON;
  }),
  kernelCase(
    "NaN and tests of numbers",
    () => [
      new Int32Array(6),
      Float32Array.of(1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -2, Number.NEGATIVE_INFINITY),
    ],
    (O, A) => {
      const i = globalIndex();
      O[i] =
        (Number.isNaN(A[i]) ? 1 : 0) +
        (Number.isFinite(A[i]) ? 2 : 0) +
        (Number.isInteger(A[i]) ? 4 : 0) +
        (A[i] === A[i] ? 8 : 0) +
        (Number.isNaN(0) ? 16 : 0);
    },
  ),
  kernelCase("Number and Boolean", OI, (O, A) => {
    const i = globalIndex();
    O[i] = Number(A[i] > 0) * 10 + (A[i] ? 1 : 0);
  }),
  kernelCase(
    "fround",
    OP,
    (O, A) => {
      const i = globalIndex();
      O[i] = Math.fround(A[i] * 0.1) * 2;
    },
    { tolerance: 1e-6 },
  ),
  kernelCase(
    "sigmoid",
    OA,
    (O, A) => {
      const i = globalIndex();
      O[i] = 1 / (1 + Math.exp(-A[i]));
    },
    { tolerance: 1e-5 },
  ),
  kernelCase(
    "gelu",
    OA,
    (O, A) => {
      const i = globalIndex();
      const x = A[i];
      O[i] = 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    },
    { tolerance: 1e-4 },
  ),
];
