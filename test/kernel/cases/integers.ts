/** Arithmetic of integers: wrapping, division, remainders, bits. */

import { globalIndex } from "../../../src/kernel/intrinsics.ts";
import { ints, type KernelCase, kernelCase, smallInts, uints } from "../support/cases.ts";

const n = 100;
const I = (): Int32Array => new Int32Array(n);
const U = (): Uint32Array => new Uint32Array(n);
const III = (): Int32Array[] => [I(), ints(n), ints(n, 5)];
const II = (): Int32Array[] => [I(), ints(n)];
const smallI = (): Int32Array[] => [I(), smallInts(n)];
const UU = (): Uint32Array[] => [U(), uints(n)];
const small = (): Int32Array[] => [I(), smallInts(n), smallInts(n, 3)];
const UUU = (): Uint32Array[] => [U(), uints(n), uints(n, 5)];

export const integers: readonly KernelCase[] = [
  kernelCase("i32 sum wraps", III, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] + B[i];
  }),
  kernelCase("i32 difference wraps", III, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] - B[i];
  }),
  kernelCase("i32 product by Math.imul", III, (O, A, B) => {
    const i = globalIndex();
    O[i] = Math.imul(A[i], B[i]);
  }),
  kernelCase("i32 product of small numbers", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] * B[i];
  }),
  kernelCase(
    "i32 product wraps",
    III,
    (O, A, B) => {
      const i = globalIndex();
      O[i] = A[i] * B[i];
    },
    {
      expected: ([O, A, B]) => {
        (O as Int32Array).forEach((_, i, all) => {
          all[i] = Math.imul((A as Int32Array)[i] as number, (B as Int32Array)[i] as number);
        });
      },
    },
  ),
  kernelCase("u32 sum wraps", UUU, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] + B[i];
  }),
  kernelCase("u32 difference wraps", UUU, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] - B[i];
  }),
  kernelCase("quotient by | 0", III, (O, A, B) => {
    const i = globalIndex();
    O[i] = (A[i] / B[i]) | 0;
  }),
  kernelCase("quotient by | 0 of small numbers, with zeros", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = (A[i] / B[i]) | 0;
  }),
  kernelCase("quotient by ~~", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = ~~(A[i] / B[i]);
  }),
  kernelCase("quotient by Math.trunc", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = Math.trunc(A[i] / (B[i] || 1));
  }),
  kernelCase("quotient by Math.floor", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = Math.floor(A[i] / (B[i] || 3));
  }),
  kernelCase("quotient by a constant", smallI, (O, A) => {
    const i = globalIndex();
    O[i] = Math.floor(A[i] / 7) * 100 + Math.trunc(A[i] / -3);
  }),
  kernelCase("the least integer divided by -1", II, (O, A) => {
    const i = globalIndex();
    O[i] = (A[i] / ((i % 2) - 1)) | 0;
  }),
  kernelCase("quotient of unsigned integers", UUU, (O, A, B) => {
    const i = globalIndex();
    O[i] = (A[i] / B[i]) >>> 0;
  }),
  kernelCase("remainder", small, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] % B[i];
  }),
  kernelCase("remainder of large integers", III, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] % B[i];
  }),
  kernelCase("remainder of unsigned integers", UUU, (O, A, B) => {
    const i = globalIndex();
    O[i] = A[i] % B[i];
  }),
  kernelCase("remainder of unsigned integers by a constant", UU, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] % 10;
  }),
  kernelCase(
    "remainder of unsigned by signed",
    () => [U(), uints(n), ints(n, 3)],
    (O, A, B) => {
      const i = globalIndex();
      O[i] = A[i] % B[i];
    },
  ),
  kernelCase("bits", III, (O, A, B) => {
    const i = globalIndex();
    O[i] = (A[i] & B[i]) ^ (A[i] | ~B[i]);
  }),
  kernelCase("bits of unsigned integers", UUU, (O, A, B) => {
    const i = globalIndex();
    O[i] = (A[i] & B[i]) ^ (A[i] | ~B[i]);
  }),
  kernelCase("shifts left, by more than 31 too", II, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] << i;
  }),
  kernelCase("arithmetic shift right", II, (O, A) => {
    const i = globalIndex();
    O[i] = A[i] >> (i % 33);
  }),
  kernelCase(
    "logical shift right",
    () => [U(), ints(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] >>> (i % 33);
    },
  ),
  kernelCase(
    "shift of unsigned integers right is signed",
    () => [I(), uints(n)],
    (O, A) => {
      const i = globalIndex();
      O[i] = A[i] >> 3;
    },
  ),
  kernelCase("shift by a negative count", II, (O, A) => {
    const i = globalIndex();
    O[i] = (A[i] << -1) + (1 << -i);
  }),
  kernelCase(
    "a 32-bit hash",
    () => [U(), ints(n)],
    (O, A) => {
      const i = globalIndex();
      let h = A[i] >>> 0;
      h = (h ^ (h >>> 16)) >>> 0;
      h = Math.imul(h, 0x45d9f3b) >>> 0;
      h = (h ^ (h >>> 16)) >>> 0;
      O[i] = h;
    },
  ),
  kernelCase("xorshift steps", II, (O, A) => {
    const i = globalIndex();
    let x = A[i] | 1;
    for (let k = 0; k < 7; k++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
    }
    O[i] = x;
  }),
  kernelCase("leading zeros", II, (O, A) => {
    const i = globalIndex();
    O[i] = Math.clz32(A[i] >>> (i % 32));
  }),
  kernelCase("complement twice", II, (O, A) => {
    const i = globalIndex();
    O[i] = ~~A[i] + ~A[i];
  }),
];
