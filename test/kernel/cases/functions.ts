/** Helpers and captured values. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import { floats, ints, type KernelCase, kernelCase, smallInts } from "../support/cases.ts";
import { each } from "../support/expected.ts";

const n = 64;
const OA = (): Float32Array[] => [new Float32Array(n), floats(n)];
const OI = (): Int32Array[] => [new Int32Array(n), smallInts(n)];

const scale = 2.5;
const tenth = 0.1;
const count = 7;
const negative = -3;
let settable = 4;
settable = 5;
const flag = true;
const table = { low: -1.5, high: 6, nested: { step: 3 } };
const weights = Float32Array.of(0.25, 0.5);
const Mode = { Off: 0, Double: 2 } as const;
const square = (x: number): number => x * x;
const twice = (f: number): number => square(f) + square(f + 1);
function clamp(x: number, low: number, high: number): number {
  if (x < low) return low;
  if (x > high) return high;
  return x;
}
const sumOf = (A: Float32Array, from: number, to: number): number => {
  let s = 0;
  for (let k = from; k < to; k++) s += A[k] as number;
  return s;
};
const firstAbove = (A: Int32Array, limit: number): number => {
  for (let k = 0; k < A.length; k++) if ((A[k] as number) > limit) return k;
  return -1;
};
const put = (A: Float32Array, i: number, x: number): void => {
  if (i % 2 === 0) return;
  A[i] = x;
};
const adder = (by: number) => (x: number) => x + by;
const addThree = adder(3);
const addHalf = adder(0.5);
const withDefault = (x: number, y = 10): number => x * y;
const signOf = (x: number): number => {
  switch (Math.sign(x)) {
    case 1:
      return 10;
    case -1:
      return 20;
    default:
      return 30;
  }
};
const { floor, max } = Math;

export const functions: readonly KernelCase[] = [
  kernelCase("a captured fraction", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] * scale;
  }),
  kernelCase(
    "captured and passed fractions are rounded to f32",
    () => [...OA(), 0.3],
    (O, A, k) => {
      const i = globalIndex();
      O[i] = i % 2 ? tenth : k;
      O[i] = O[i] === (i % 2 ? tenth : k) ? 1 : A[i];
    },
    { expected: each(() => 1) },
  ),
  kernelCase("a captured whole number", OI, (O, A) => {
    const i = globalIndex();
    let s = 0;
    for (let k = 0; k < count; k++) s += A[i] * k;
    O[i] = s;
  }),
  kernelCase("captured numbers of all kinds", OA, (O, A) => {
    const i = globalIndex();
    O[i] = flag ? A[i] * negative + settable : 0;
  }),
  kernelCase("captured members", OA, (O, A) => {
    const i = globalIndex();
    O[i] =
      A[i] > table.low && A[i] < table.high ? A[i] * Mode.Double : table.nested.step + Mode.Off;
  }),
  kernelCase(
    "unsigned remainder by a captured count",
    () => [new Uint32Array(n), Uint32Array.from(ints(n))],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] % count;
    },
  ),
  kernelCase("elements of captured arrays, by number", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] * (weights[0] as number) + (weights[1] as number);
  }),
  kernelCase("a helper", OA, (O, A) => {
    const i = globalIndex();
    O[i] = square(A[i]) + square(i);
  }),
  kernelCase("helpers of helpers", OA, (O, A) => {
    const i = globalIndex();
    O[i] = twice(A[i] / 2);
  }),
  kernelCase(
    "a helper for floats and integers",
    () => [new Int32Array(n), floats(n), smallInts(n)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = square(B[i]) + (square(A[i]) | 0);
    },
  ),
  kernelCase("a helper with early returns", OA, (O, A) => {
    const i = globalIndex();
    O[i] = clamp(A[i], -2, 2.5) + clamp(i, 3, 20);
  }),
  kernelCase("a helper that takes an array", OA, (O, A) => {
    const i = globalIndex();
    O[i] = sumOf(A, i, Math.min(i + 5, 64));
  }),
  kernelCase("a helper that returns from a loop", OI, (O, A) => {
    const i = globalIndex();
    O[i] = firstAbove(A, A[i] + 2);
  }),
  kernelCase("a helper that writes", OA, (O, A) => {
    const i = globalIndex();
    put(O, i, A[i]);
  }),
  kernelCase("a helper with a switch", OA, (O, A) => {
    const i = globalIndex();
    O[i] = signOf(A[i]);
  }),
  kernelCase("closures of one text", OA, (O, A) => {
    const i = globalIndex();
    O[i] = addThree(A[i]) * addHalf(A[i]);
  }),
  kernelCase("nested calls of closures of one text", OA, (O, A) => {
    const i = globalIndex();
    O[i] = addThree(addHalf(addThree(A[i])));
  }),
  kernelCase("a parameter with a default", OA, (O, A) => {
    const i = globalIndex();
    O[i] = withDefault(A[i]) + withDefault(A[i], 2);
  }),
  kernelCase("functions of the kernel's own", OA, (O, A) => {
    const i = globalIndex();
    const half = (x: number) => x / 2;
    function both(x: number, y: number): number {
      return half(x) + half(y) * scale;
    }
    O[i] = both(A[i], i);
  }),
  kernelCase("a function of its own that changes a variable", OA, (O, A) => {
    const i = globalIndex();
    let s = 0;
    const add = (x: number) => {
      s += x;
    };
    for (let k = 0; k < 4; k++) add(A[i] + k);
    O[i] = s;
  }),
  kernelCase("helpers in conditions", OI, (O, A) => {
    const i = globalIndex();
    O[i] = (A[i] > 0 && firstAbove(A, A[i]) > 5) || clamp(A[i], -5, 5) === A[i] ? 1 : 0;
  }),
  kernelCase("helpers in a loop's test", OI, (O, A) => {
    const i = globalIndex();
    let k = 0;
    while (clamp(k * k, 0, 50) < A[i]) k++;
    O[i] = k;
  }),
  kernelCase("functions of Math under other names", OA, (O, A) => {
    const i = globalIndex();
    O[i] = floor(A[i]) + max(A[i], 0);
  }),
  kernelCase("a float as an index", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[Math.floor(i / 2.5)] + (A[i / 2] || 100);
  }),
  kernelCase(
    "a scalar parameter that is assigned",
    () => [...OA(), 3],
    (O, A, k) => {
      const i = globalIndex();
      k *= 2;
      k += A[i];
      O[i] = k;
    },
  ),
  kernelCase("a boolean captured in a helper", OI, (O, A) => {
    const i = globalIndex();
    const pick = (x: number) => (flag ? x : -x);
    O[i] = pick(A[i]);
  }),
  kernelCase("lengths", OA, (O, A) => {
    const i = globalIndex();
    O[i] = A[A.length - 1 - i] + O.length;
  }),
];
