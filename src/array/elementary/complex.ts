/** The standard's functions of complex numbers, as far as there are; real operands come as complex ones. */

import type { Complex } from "../element.ts";
import { TRANSCENDENTAL } from "./complex-transcendental.ts";
import { REAL } from "./real.ts";

const { round } = REAL as { readonly round: (x: number) => number };

export const COMPLEX: Readonly<Record<string, (a: Complex, b: Complex) => unknown>> = {
  ...TRANSCENDENTAL,
  abs: (z) => Math.hypot(z.re, z.im),
  conj: (z) => ({ re: z.re, im: -z.im }),
  imag: (z) => z.im,
  isfinite: (z) => Number.isFinite(z.re) && Number.isFinite(z.im),
  isinf: (z) =>
    Math.abs(z.re) === Number.POSITIVE_INFINITY || Math.abs(z.im) === Number.POSITIVE_INFINITY,
  isnan: (z) => Number.isNaN(z.re) || Number.isNaN(z.im),
  logicalNot: (z) => z.re === 0 && z.im === 0,
  negative: (z) => ({ re: -z.re, im: -z.im }),
  positive: (z) => ({ re: z.re, im: z.im }),
  real: (z) => z.re,
  reciprocal: (z) => {
    const size = Math.hypot(z.re, z.im);
    return { re: z.re / size / size, im: -z.im / size / size };
  },
  round: (z) => ({ re: round(z.re), im: round(z.im) }),
  sign: (z) => {
    const size = Math.hypot(z.re, z.im);
    return size === 0 ? { re: 0, im: 0 } : { re: z.re / size, im: z.im / size };
  },
  square: (z) => ({ re: z.re * z.re - z.im * z.im, im: 2 * z.re * z.im }),
  add: (a, b) => ({ re: a.re + b.re, im: a.im + b.im }),
  /** Smith's way, which does not overflow: R. L. Smith, Algorithm 116, CACM 5 (1962). */
  divide: (a, b) => {
    if (Math.abs(b.re) >= Math.abs(b.im)) {
      const ratio = b.re === 0 && b.im === 0 ? 0 : b.im / b.re;
      const scale = b.re + b.im * ratio;
      return { re: (a.re + a.im * ratio) / scale, im: (a.im - a.re * ratio) / scale };
    }
    const ratio = b.re / b.im;
    const scale = b.im + b.re * ratio;
    return { re: (a.re * ratio + a.im) / scale, im: (a.im * ratio - a.re) / scale };
  },
  equal: (a, b) => a.re === b.re && a.im === b.im,
  logicalAnd: (a, b) => (a.re !== 0 || a.im !== 0) && (b.re !== 0 || b.im !== 0),
  logicalOr: (a, b) => a.re !== 0 || a.im !== 0 || b.re !== 0 || b.im !== 0,
  logicalXor: (a, b) => (a.re !== 0 || a.im !== 0) !== (b.re !== 0 || b.im !== 0),
  multiply: (a, b) => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }),
  notEqual: (a, b) => a.re !== b.re || a.im !== b.im,
  subtract: (a, b) => ({ re: a.re - b.re, im: a.im - b.im }),
};

export const complexOfReal = (x: number): Complex => ({ re: Number(x), im: 0 });
