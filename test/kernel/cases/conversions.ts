/** Comparisons across types, conversions, and small algorithms of integers. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import {
  floats,
  ints,
  type KernelCase,
  kernelCase,
  smallInts,
  smallUints,
  uints,
} from "../support/cases.ts";

const n = 100;
const I = (): Int32Array => new Int32Array(n);
const U = (): Uint32Array => new Uint32Array(n);
const II = (): Int32Array[] => [I(), ints(n)];
const smallI = (): Int32Array[] => [I(), smallInts(n)];
const UU = (): Uint32Array[] => [U(), uints(n)];
const small = (): Int32Array[] => [I(), smallInts(n), smallInts(n, 3)];
const UUU = (): Uint32Array[] => [U(), uints(n), uints(n, 5)];

export const conversions: readonly KernelCase[] = [
  kernelCase("abs, sign, min and max of integers", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = Math.abs(A[i]) + Math.sign(B[i]) * 100 + Math.min(A[i], B[i], 3) - Math.max(A[i], B[i]);
  }),
  kernelCase("min and max of unsigned integers", UUU, (O, A, B) => {
    const i = globalIndex();
    O[i] = Math.min(A[i], B[i]) ^ Math.max(A[i], B[i]);
  }),
  kernelCase(
    "compares i32 with u32 exactly",
    () => [I(), ints(n), uints(n)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = (A[i] < B[i] ? 1 : 0) + (A[i] >= B[i] ? 2 : 0) + (A[i] === B[i] ? 4 : 0);
    },
  ),
  kernelCase(
    "compares u32 with i32 exactly",
    () => [I(), uints(n), ints(n, 9)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = (A[i] < B[i] ? 1 : 0) + (A[i] <= B[i] ? 2 : 0) + (A[i] !== B[i] ? 4 : 0);
    },
  ),
  kernelCase(
    "compares u32 above 2^31",
    () => [I(), uints(n), uints(n, 3)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = (A[i] < B[i] ? 1 : 0) + (A[i] > 3_000_000_000 ? 2 : 0);
    },
  ),
  kernelCase("comparisons are stored as 0 and 1", smallI, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] > 0;
  }),
  kernelCase("comparisons count", smallI, (O, A) => {
    const i = globalIndex();
    let c = 0;
    for (let k = 0; k < 10; k++) c += (A[(i + k) % 100] > 3) as unknown as number;
    O[i] = c;
  }),
  kernelCase("increments and decrements", smallI, (O, A) => {
    const i = globalIndex();
    let x = A[i];
    const a = x++;
    const b = ++x;
    const c = x--;
    const d = --x;
    O[i] = a + 10 * b + 100 * c + 1000 * d;
  }),
  kernelCase("increments of elements", smallI, (O, A) => {
    const i = globalIndex();
    O[i] = A[i];
    const a = O[i]++;
    const b = --O[i];
    O[i] += a * 2 + b;
  }),
  kernelCase(
    "float to i32 truncates",
    () => [I(), floats(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] | 0;
    },
  ),
  kernelCase(
    "stores of floats truncate",
    () => [I(), floats(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] * 1.5;
    },
  ),
  kernelCase(
    "float to u32 wraps negative numbers",
    () => [U(), floats(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i];
    },
  ),
  kernelCase(
    "large floats wrap modulo 2^32",
    () => [I(), floats(n).map((x) => Math.fround(x) * 8)],
    (O, A) => {
      const i = globalIndex();
      O[i] = (A[i] * 1e9) | 0;
    },
    { hasNoModel: true },
  ),
  kernelCase(
    "floats to u32 beyond every bound",
    () => [
      U(),
      floats(n).map(
        (x, i) =>
          [
            2 ** 31,
            -(2 ** 31),
            2 ** 32,
            2 ** 33 + 2 ** 12,
            3e38,
            -3e10,
            Number.NaN,
            Number.POSITIVE_INFINITY,
            4294967040,
            -2147483904,
          ][i] ?? x,
      ),
    ],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i];
    },
  ),
  kernelCase(
    "signed to unsigned keeps the bits",
    () => [U(), ints(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i];
    },
  ),
  kernelCase(
    "unsigned to signed keeps the bits",
    () => [I(), uints(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i];
    },
  ),
  kernelCase(
    "i32 to f32 rounds",
    () => [new Float32Array(n), ints(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i];
    },
  ),
  kernelCase(
    "u32 to f32 rounds",
    () => [new Float32Array(n), uints(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i];
    },
    { tolerance: 1.2e-7 },
  ),

  kernelCase("a large literal is unsigned", UU, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] ^ 0xdeadbeef;
  }),
  kernelCase("integer power", smallI, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] ** 3 - A[i] ** 2;
  }),
  kernelCase("gcd", small, (O, A, B) => {
    const i = globalIndex();
    let a = Math.abs(A[i]),
      b = Math.abs(B[i]);
    while (b !== 0) {
      const t = a % b;
      a = b;
      b = t;
    }
    O[i] = a;
  }),
  kernelCase(
    "collatz",
    () => [I(), smallUints(n)].map((each, k) => (k ? Int32Array.from(each) : each)) as Int32Array[],
    (O, A) => {
      const i = globalIndex();
      let x = A[i] + 1,
        steps = 0;
      while (x > 1) {
        x = x % 2 === 0 ? (x / 2) | 0 : 3 * x + 1;
        steps++;
      }
      O[i] = steps;
    },
  ),
  kernelCase(
    "integer square root",
    () => [U(), smallUints(n)],
    (O, A) => {
      const i = globalIndex();
      let r = 0;
      while ((r + 1) * (r + 1) <= A[i]) r++;
      O[i] = r;
    },
  ),
  kernelCase("bit reversal", II, (O, A) => {
    const i = globalIndex();
    let x = A[i],
      r = 0;
    for (let k = 0; k < 32; k++) {
      r = (r << 1) | (x & 1);
      x >>= 1;
    }
    O[i] = r;
  }),
  kernelCase("popcount", II, (O, A) => {
    const i = globalIndex();
    let x = A[i] >>> 0,
      c = 0;
    while (x !== 0) {
      x = (x & (x - 1)) >>> 0;
      c++;
    }
    O[i] = c;
  }),
];
